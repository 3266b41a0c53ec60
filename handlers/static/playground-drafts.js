/* Drafts that wait at the desk: what the customer asked, the answer to send or to change, and what staff decide. */

import { el, post, reconcile, timeOf, words } from "./playground-dom.js";

export function drafted(state, changed) {
  const list = document.getElementById("drafts");
  const edits = new Map();
  const busy = new Set();

  function draw() {
    const all = state.drafts ?? [];
    for (const code of edits.keys()) if (!all.some((one) => one.code === code)) edits.delete(code);
    list.hidden = !all.length;
    reconcile(list, all.map((one) => ({ ...one, busy: one.wanted || busy.has(one.code) })), { key: (one) => one.code, build: card, first: true });
  }

  function card(one) {
    const field = el("textarea", { rows: "5", maxlength: "4000", dir: "auto", "aria-label": `Answer of draft ${one.code}`, disabled: one.busy });
    field.value = edits.get(one.code) ?? one.text;
    const send = el("button", { type: "button", class: "block-button primary", disabled: one.busy,
      on: { click: () => decide(one.code, "send", isEdited() ? field.value : "") } });
    const isEdited = () => field.value.trim() !== one.text.trim() && field.value.trim() !== "";
    const label = () => { send.textContent = one.busy ? "Sending…" : isEdited() ? "Send your words" : "Send as it is"; };
    field.addEventListener("input", () => { edits.set(one.code, field.value); label(); });
    label();
    return el("article", { class: "draft", "aria-label": `Draft ${one.code}` },
      el("p", { class: "draft-top" }, el("strong", {}, `Draft ${one.code}`), el("span", {}, words(one.topic)),
        el("span", { dir: "auto" }, one.customer), el("time", {}, timeOf(one.at))),
      el("blockquote", { dir: "auto" }, one.words),
      field,
      el("p", { class: "draft-acts" }, send, el("button", { type: "button", class: "block-button", disabled: one.busy,
        on: { click: () => decide(one.code, "discard", "") } }, "Discard")));
  }

  async function decide(code, act, text) {
    busy.add(code);
    changed();
    try { await post("/playground/drafts", { code, act, text }); } catch (error) { state.notice?.(error.message); }
    busy.delete(code);
    changed();
  }

  return { draw };
}
