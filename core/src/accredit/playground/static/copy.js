// Buttons that copy a program. Without this script they stay hidden, and the text can be selected.
"use strict";

for (const button of document.querySelectorAll("[data-copies]")) {
  const told = button.nextElementSibling;
  const program = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    told.textContent = ""; // what is the same as before would not be read aloud again
    try {
      await navigator.clipboard.writeText(program.textContent);
      told.textContent = "Copied";
    } catch {
      document.getSelection().selectAllChildren(program);
      told.textContent = "The browser does not let this page copy. The text is selected: copy it yourself.";
    }
  });
}
