"""The request as a function in Swift.

Source: The Swift Programming Language, Lexical Structure, "String Literals": `\\(` begins code.
"""

from accredit.playground.snippets.literals import braced, indented, literal
from accredit.playground.snippets.request import Request

_START = """\
import Foundation

func send() async throws -> (status: Int, body: String) {
"""
_END = """\
    let (body, response) = try await URLSession.shared.data(for: request)
    let status = (response as! HTTPURLResponse).statusCode
    return (status, String(decoding: body, as: UTF8.self))
}
"""
_ENCODE = """\
// In a form a plus is a blank, and URLComponents leaves it as it is.
let encoded = form.percentEncodedQuery!.replacingOccurrences(of: "+", with: "%2B")
request.httpBody = Data(encoded.utf8)
"""


def swift(request: Request) -> str:
    """Return the function."""
    lines = [
        f"var request = URLRequest(url: URL(string: {quoted(request.url)})!)",
        f"request.httpMethod = {quoted(request.method)}",
        *(
            f"request.setValue({quoted(value)}, forHTTPHeaderField: {quoted(name)})"
            for name, value in request.headers.items()
        ),
    ]
    if request.fields:
        lines += _form(request) if request.is_form else _json(request)
    return _START + indented(lines, by=4) + _END


def _json(request: Request) -> list[str]:
    pairs = [f"    {quoted(name)}: {quoted(value)}," for name, value in request.fields.items()]
    return ["let parameters = [", *pairs, "]", "request.httpBody = try JSONEncoder().encode(parameters)"]


def _form(request: Request) -> list[str]:
    items = [
        f"    URLQueryItem(name: {quoted(name)}, value: {quoted(value)})," for name, value in request.fields.items()
    ]
    return ["var form = URLComponents()", "form.queryItems = [", *items, "]", *_ENCODE.splitlines()]


def quoted(text: str) -> str:
    """Return a string literal."""
    return literal(text, '"', {}, braced)
