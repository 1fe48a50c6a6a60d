"""The request as a function in Kotlin, with what Android has.

Source: Kotlin's documentation, "Strings", section "String templates": `$` begins a name or code.
"""

from accredit.playground.snippets.literals import indented, literal, units
from accredit.playground.snippets.request import Request

_JSON = "val body = JSONObject(parameters).toString()"
_FORM = (
    'val body = parameters.entries.joinToString("&") { (name, value) -> "$name=${URLEncoder.encode(value, "UTF-8")}" }'
)
_SEND = ["http.doOutput = true", "http.outputStream.use { it.write(body.toByteArray()) }"]
_END = """\
    val status = http.responseCode
    val answer = if (status < 400) http.inputStream else http.errorStream
    return status to (answer?.bufferedReader()?.use { it.readText() } ?: "")
}
"""


def kotlin(request: Request) -> str:
    """Return the function."""
    imports = ["java.net.HttpURLConnection", "java.net.URL"]
    lines = [
        f"val http = URL({quoted(request.url)}).openConnection() as HttpURLConnection",
        f"http.requestMethod = {quoted(request.method)}",
        *(f"http.setRequestProperty({quoted(name)}, {quoted(value)})" for name, value in request.headers.items()),
    ]
    if request.fields:
        imports.append("java.net.URLEncoder" if request.is_form else "org.json.JSONObject")
        pairs = [f"    {quoted(name)} to {quoted(value)}," for name, value in request.fields.items()]
        lines = ["val parameters = mapOf(", *pairs, ")", _FORM if request.is_form else _JSON, *lines, *_SEND]
    head = "".join(f"import {name}\n" for name in imports)
    about = "// Not on the main thread: withContext(Dispatchers.IO) { send() }\n"
    return f"{head}\n{about}fun send(): Pair<Int, String> {{\n{indented(lines, by=4)}{_END}"


def quoted(text: str) -> str:
    """Return a string literal."""
    return literal(text, '"', {"$": "\\$"}, units)
