/* Slack's windows as real dialogs: fields, what is wrong beside each, submit and close. One for whom the visitor is. */

import { el, post } from "./playground-dom.js";
import { drawBlock, emojis } from "./playground-desk-blocks.js";
import { control, entered } from "./playground-desk-inputs.js";

export function windows(state) {
  const dialog = el("dialog", { class: "window", "aria-labelledby": "window-title" });
  const question = el("dialog", { class: "window question", "aria-labelledby": "question-title" });
  document.body.append(dialog, question);
  let shown = null, closing = "";

  /** Open, redraw or close: whatever the stand-in says lies on top for this person. */
  function draw() {
    const view = state.windows?.[state.you] ?? null;
    if (!view) {
      shown = null;
      if (dialog.open) dialog.close();
      return;
    }
    if (shown?.id === view.id && shown.hash === view.hash) return;
    const known = shown?.id === view.id ? entered(dialog) : {};
    const focused = shown?.id === view.id ? document.activeElement?.id : "";
    shown = view;
    dialog.replaceChildren(form(view, known));
    if (!dialog.open) dialog.showModal();
    (focused && dialog.querySelector(`#${CSS.escape(focused)}`) || dialog.querySelector(".window-body :is(input, textarea, select)") || dialog.querySelector(".window-foot button"))?.focus();
  }

  function form(view, known) {
    const use = {
      answers: true, publicUrl: state.publicUrl, confirm, known,
      press: (element, value) => act("presses", { place: view.id, action_id: element.action_id, value, filled: entered(dialog) }),
      input: (block) => field(block, known),
    };
    const body = el("div", { class: "window-body" }, el("p", { class: "wrong", role: "alert", hidden: true }), (view.blocks ?? []).map((block) => drawBlock(block, use)));
    return el("form", { method: "dialog", novalidate: true, on: { submit } },
      el("header", { class: "window-top" }, el("h2", { id: "window-title" }, emojis(view.title?.text ?? "")),
        el("button", { type: "button", class: "icon", "aria-label": "Close the window", on: { click: close } }, "×")),
      body,
      el("footer", { class: "window-foot" },
        el("button", { type: "button", class: "quiet", on: { click: close } }, emojis(view.close?.text ?? "Close")),
        view.submit ? el("button", { type: "submit", class: "primary" }, emojis(view.submit.text)) : null));
  }

  function field(block, known) {
    const name = block.block_id ?? block.element.action_id;
    const isGroup = ["radio_buttons", "checkboxes", "multi_static_select"].includes(block.element.type);
    const made = control(block.element, { name, known: known[name],
      changed: block.dispatch_action ? (value) => act("presses", { place: shown.id, action_id: block.element.action_id, value, filled: entered(dialog) }) : null });
    const label = [emojis(block.label.text), block.optional ? el("small", {}, "optional") : null];
    const rest = [made, block.hint ? el("small", { class: "hint-text" }, emojis(block.hint.text)) : null,
      el("p", { class: "wrong", id: `wrong-${name}`, hidden: true })];
    return isGroup ? el("fieldset", { class: "field", "data-name": name }, el("legend", {}, label), rest)
      : el("div", { class: "field", "data-name": name }, el("label", { for: `field-${name}` }, label), rest);
  }

  async function submit(event) {
    event.preventDefault();
    const sender = dialog.querySelector(".window-foot [type=submit]");
    if (!sender || sender.disabled) return;
    const view = shown;
    sender.disabled = true;
    const answer = await act("submissions", { view: view.id, values: entered(dialog) });
    if (shown?.id === view.id && sender.isConnected) sender.disabled = false;
    if (answer) complain(answer.errors);
  }

  /** Each complaint beside its field, and the first of them in focus. */
  function complain(errors) {
    let first = null;
    const general = dialog.querySelector(".window-body > .wrong");
    const unplaced = Object.entries(errors).filter(([name]) => !dialog.querySelector(`.field[data-name="${CSS.escape(name)}"]`));
    if (general) { general.hidden = !unplaced.length; general.textContent = unplaced.map(([, words]) => words).join(" "); }
    for (const box of dialog.querySelectorAll(".field")) {
      const words = errors[box.dataset.name] ?? "", place = box.querySelector(".wrong");
      place.hidden = !words;
      place.textContent = words;
      for (const one of box.querySelectorAll("input, textarea, select")) {
        if (words) { one.setAttribute("aria-invalid", "true"); one.setAttribute("aria-describedby", place.id); } else { one.removeAttribute("aria-invalid"); one.removeAttribute("aria-describedby"); }
        if (words) first ??= one;
      }
    }
    first?.focus();
  }

  async function close() {
    const view = shown;
    if (!view || closing === view.id) return;
    closing = view.id;
    await act("closings", { view: view.id });
    closing = "";
  }

  async function act(what, content) {
    try {
      const answer = await post(`/playground/desk/${what}`, { ...content, user: state.you });
      const lost = answer.webhook_status !== 200 && !(what === "closings" || Object.keys(answer.errors).length);
      if (lost) complain({ "": answer.webhook_status ? `The service answered ${answer.webhook_status}. Try again.` : "The service could not be reached. Try again." });
      return lost ? null : answer;
    } catch (error) {
      complain({ "": error.message });
      return null;
    }
  }

  /** The vendor's "are you sure?". */
  function confirm(asked) {
    return new Promise((resolve) => {
      const answer = (isYes) => { question.close(); resolve(isYes); };
      question.replaceChildren(el("form", { method: "dialog", on: { submit: (event) => { event.preventDefault(); answer(true); } } },
        el("header", { class: "window-top" }, el("h2", { id: "question-title" }, emojis(asked.title?.text ?? "Are you sure?"))),
        el("div", { class: "window-body" }, el("p", { dir: "auto" }, emojis(asked.text?.text ?? ""))),
        el("footer", { class: "window-foot" },
          el("button", { type: "button", class: "quiet", on: { click: () => answer(false) } }, emojis(asked.deny?.text ?? "Cancel")),
          el("button", { type: "submit", class: "primary" }, emojis(asked.confirm?.text ?? "Yes")))));
      question.oncancel = () => answer(false);
      question.showModal();
    });
  }

  // Escape closes Slack's window too; the stand-in is told, and its answer closes the dialog.
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(); });
  return { draw, confirm };
}
