// The mail page: sends what the visitor writes, fills in answers, and keeps the thread fresh. The
// server draws every letter; nothing out of one is ever read as markup here.

import { readFile } from "/playground/playground-dom.js";

const EVERY_MS = 2000;
const of = (id) => document.getElementById(id);
let answers = "";

const kept = localStorage.getItem("concierge.playground.theme");
if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;

const from = of("from");
from.value = of("whose").dataset.box || localStorage.getItem("concierge.playground.mailbox") || "";

function say(text, tone = "") {
  of("said").textContent = text;
  of("said").dataset.tone = tone;
}

function answer({ letter, box, subject }) {
  answers = letter;
  from.value = box;
  of("subject").value = /^re:/i.test(subject) ? subject : `Re: ${subject}`;
  of("title").textContent = "Answer";
  of("answering").hidden = of("quoting").hidden = false;
  of("answering").firstElementChild.textContent = `to “${subject}”`;
  of("text").focus();
}

function startAfresh() {
  answers = "";
  of("title").textContent = "Write a letter";
  of("answering").hidden = of("quoting").hidden = true;
  of("subject").value = "";
}

// Swaps only what has changed, so that an open letter stays open and the focus where it is.
async function refresh(box) {
  const response = await fetch(`/playground/mail?box=${encodeURIComponent(box)}`);
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  document.title = fresh.title;
  of("whose").textContent = of("whose").dataset.box = fresh.getElementById("whose").dataset.box;
  const boxes = fresh.getElementById("boxes");
  if (boxes.innerHTML !== of("boxes").innerHTML) of("boxes").replaceChildren(...boxes.children);
  const shown = [...of("letters").children];
  [...fresh.getElementById("letters").children].forEach((letter, place) => {
    const present = shown[place];
    if (!present) of("letters").append(letter);
    else if (present.textContent !== letter.textContent) present.replaceWith(letter);
  });
}

async function send(event) {
  event.preventDefault();
  of("send").disabled = true;
  say("Sending");
  try {
    const [file] = of("file").files;
    const letter = {
      from: from.value.trim(), subject: of("subject").value, text: of("text").value, answers, quote: of("quote").checked,
      ...(file ? { file: await readFile(file) } : {}),
    };
    const response = await fetch("/playground/mail/letters", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(letter),
    });
    if (!response.ok) throw new Error(response.status === 502 ? "the service did not take it" : await response.text());
    const box = letter.from.toLowerCase();
    localStorage.setItem("concierge.playground.mailbox", box);
    of("text").value = of("file").value = "";
    startAfresh();
    if (box !== of("whose").dataset.box) {
      history.replaceState(null, "", `/playground/mail?box=${encodeURIComponent(box)}`);
      of("letters").replaceChildren();
    }
    await refresh(box);
    say("Sent");
  } catch (error) {
    say(error.message, "bad");
  } finally {
    of("send").disabled = false;
  }
}

of("compose").addEventListener("submit", send);
of("fresh").addEventListener("click", startAfresh);
of("letters").addEventListener("click", (event) => {
  const pressed = event.target.closest(".answer");
  if (pressed) answer(pressed.dataset);
});
of("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) of("compose").requestSubmit();
});
setInterval(() => {
  if (!document.hidden) refresh(of("whose").dataset.box).catch(() => say("The service does not answer", "bad"));
}, EVERY_MS);
