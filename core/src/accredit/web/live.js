// Keeps a page fresh: asks for it again, and takes over the parts that have changed. Without it, "Refresh" does.
"use strict";
const EVERY_MS = 5000;
const button = document.getElementById("pause");
let paused = false;

button.hidden = false;
button.addEventListener("click", () => {
  paused = !paused;
  button.textContent = paused ? "Go on" : "Pause";
  if (!paused) refresh();
});

function inUse(part) {
  const selection = document.getSelection();
  return (document.activeElement !== part && part.contains(document.activeElement)) ||
    (!selection.isCollapsed && selection.containsNode(part, true));
}

function takeOver(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (other && !inUse(part) && other.innerHTML !== part.innerHTML) {
      const places = [...part.querySelectorAll(".scrolls")].map((one) => one.scrollLeft);
      part.replaceChildren(...other.childNodes);
      part.querySelectorAll(".scrolls").forEach((one, number) => { one.scrollLeft = places[number] || 0; });
    }
  }
}

async function refresh() {
  if (paused || document.hidden) return;
  const trouble = document.getElementById("trouble");
  try {
    const answer = await fetch(location.href, { redirect: "manual", signal: AbortSignal.timeout(EVERY_MS) });
    if (!answer.ok) {
      location.reload();
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!paused) takeOver(fresh);
    trouble.textContent = "";
  } catch {
    trouble.textContent = "The server does not answer; what stands here is old.";
  }
}

setInterval(refresh, EVERY_MS);
