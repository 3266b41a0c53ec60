/* Menus and fields of Block Kit as real form controls, and what is entered in them, by name. */

import { el } from "./playground-dom.js";
import { emojis } from "./playground-desk-blocks.js";

const TYPED = { plain_text_input: "text", number_input: "text", email_text_input: "email", url_text_input: "url",
  datepicker: "date", timepicker: "time" };
/** Who is in the workspace, for mentions and for menus of people. */
export const workspace = { people: [] };
const words = (text) => emojis(text?.text ?? "");

/** A control for an element; `known` is what was entered before, where the window is drawn anew. */
export function control(element, { name, label, known, changed }) {
  const made = { static_select: menu, external_select: menu, users_select: people, radio_buttons: choices,
    checkboxes: choices, multi_static_select: choices }[element.type] ?? field;
  const node = made(element, { name, label, known });
  node.dataset.field = name;
  if (changed) node.addEventListener("change", () => changed(read(node)));
  return node;
}

function field(element, { name, label, known }) {
  const many = element.type === "plain_text_input" && element.multiline;
  const node = el(many ? "textarea" : "input", {
    type: many ? null : TYPED[element.type] ?? "text", id: `field-${name}`, name, dir: "auto", rows: many ? "4" : null,
    inputmode: element.type === "number_input" ? "numeric" : null, "aria-label": label,
    maxlength: element.max_length ? String(element.max_length) : null, autocomplete: "off",
    placeholder: element.placeholder ? words(element.placeholder) : null,
  });
  node.value = known ?? element.initial_value ?? element.initial_date ?? element.initial_time ?? "";
  if (element.focus_on_load) node.autofocus = true;
  return node;
}

function menu(element, { name, label, known }) {
  const chosen = known ?? element.initial_option?.value ?? "";
  return options(element.options ?? [], { name, label, chosen, hint: words(element.placeholder) || "Choose…" });
}

function people(element, { name, label, known }) {
  const all = workspace.people.map((one) => ({ text: { text: one.name }, value: one.id }));
  return options(all, { name, label, chosen: known ?? element.initial_user ?? "", hint: "Choose a person…" });
}

function options(all, { name, label, chosen, hint }) {
  const node = el("select", { id: `field-${name}`, name, "aria-label": label },
    el("option", { value: "" }, hint), all.map((one) => el("option", { value: one.value }, words(one.text))));
  node.value = chosen;
  return node;
}

/** Radio buttons and boxes to tick: a group of labelled inputs, each with its description. */
function choices(element, { name, known }) {
  const isOne = element.type === "radio_buttons";
  const initial = isOne ? [element.initial_option?.value] : (element.initial_options ?? []).map((one) => one.value);
  const chosen = known === undefined ? initial : known.split(",");
  return el("div", { class: "choices" }, (element.options ?? []).map((one, at) => {
    const box = el("input", { type: isOne ? "radio" : "checkbox", name, value: one.value, id: at ? null : `field-${name}` });
    box.checked = chosen.includes(one.value);
    return el("label", { class: "choice" }, box, el("span", {}, words(one.text),
      one.description ? el("small", {}, words(one.description)) : null));
  }));
}

/** What is entered in one control; several ticked boxes with commas. */
function read(node) {
  if (!node.classList.contains("choices")) return node.value;
  return [...node.querySelectorAll("input:checked")].map((box) => box.value).join(",");
}

/** Everything entered under a node, by field. */
export function entered(root) {
  return Object.fromEntries([...root.querySelectorAll("[data-field]")].map((node) => [node.dataset.field, read(node)]));
}
