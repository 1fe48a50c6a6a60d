"""Write the pages anew."""

from docs.answers.page import FOLDER, pages
from docs.answers.run import run

made = pages(run())
for old in FOLDER.glob("*.md"):
    if old.name not in made:
        old.unlink()
FOLDER.mkdir(exist_ok=True)
for name, text in made.items():
    (FOLDER / name).write_text(text, "utf-8")
