/* Block Kit as Slack draws it. Text goes in as text: what a customer wrote can be no markup of the page. */

import { el, timeOf } from "./playground-dom.js";
import { control, workspace } from "./playground-desk-inputs.js";

const NO_HANDLER = "This service does not take answers from the desk yet";
const MARK = /((?<!\w)\*[^*\n]+\*(?!\w)|(?<!\w)_[^_\n]+_(?!\w)|(?<!\w)~[^~\n]+~(?!\w)|`[^`\n]+`|<[^<>\n]+>|:[a-z0-9_+-]+:)/g;
const EMOJI = { rotating_light: "🚨", warning: "⚠️", wave: "👋", white_check_mark: "✅", eyes: "👀", fire: "🔥",
  speech_balloon: "💬", moneybag: "💰", calendar: "📅", rage: "😡", angry: "😠", phone: "📞", raising_hand: "🙋",
  bust_in_silhouette: "👤", memo: "📝", red_circle: "🔴", large_yellow_circle: "🟡", large_green_circle: "🟢",
  thinking_face: "🤔", outbox_tray: "📤", inbox_tray: "📥", x: "❌", hourglass: "⌛", hourglass_flowing_sand: "⏳",
  incoming_envelope: "📨", envelope: "✉️", clock3: "🕒", alarm_clock: "⏰", bell: "🔔", zzz: "💤", lock: "🔒",
  pencil2: "✏️", wastebasket: "🗑️", bulb: "💡", chart_with_upwards_trend: "📈", sunny: "☀️", heavy_check_mark: "✔️",
  leftwards_arrow_with_hook: "↩️", arrows_counterclockwise: "🔄", no_entry: "⛔", question: "❓", tada: "🎉",
  shushing_face: "🤫", busts_in_silhouette: "👥", double_vertical_bar: "⏸️", arrow_forward: "▶️", camera: "📷" };

export const emojis = (text) => text.replace(/:([a-z0-9_+-]+):/g, (all, name) => EMOJI[name] ?? all);
export const emoji = (name) => EMOJI[name] ?? `:${name}:`;

/** A block as a node; `use` says what a press does: {answers, press(element, value), fields}. */
export function drawBlock(block, use) {
  switch (block.type) {
    case "header": return el("h3", { dir: "auto" }, emojis(block.text.text));
    case "divider": return el("hr");
    case "context": return el("div", { class: "context" }, block.elements.map((one) => (one.type === "image" ? image(one, use) : textOf("span", one))));
    case "section": return section(block, use);
    case "actions": return el("div", { class: "actions" }, block.elements.map((one) => element(one, block, use)));
    case "markdown": return mrkdwn("p", block.text);
    case "image": return image(block, use);
    case "input": return use.input ? use.input(block) : null;
    default: return el("p", { class: "context" }, `(${block.type})`);
  }
}

function section(block, use) {
  const body = el("div", { class: "section" }, block.text ? textOf("div", block.text) : null);
  if (block.fields) body.append(el("div", { class: "fields" }, block.fields.map((one) => textOf("div", one))));
  if (!block.accessory) return body;
  const beside = block.accessory.type === "image" ? image(block.accessory, use) : element(block.accessory, block, use);
  if (block.accessory.type !== "button") body.append(beside);
  else body.append(el("div", { class: "beside" }, beside));
  return body;
}

/** Pictures of the service itself are asked for at this page's own address; others are not loaded at all. */
function image(one, use) {
  const kept = one.slack_file?.id ? `/playground/desk/files/${encodeURIComponent(one.slack_file.id)}` : null;
  const source = kept ?? ownAddress(one.image_url, use.publicUrl);
  if (!source) return el("span", { class: "file" }, one.alt_text ?? "image");
  const picture = el("img", { class: "picture", src: source, alt: one.alt_text ?? "", loading: "lazy" });
  picture.addEventListener("error", () => picture.replaceWith(el("span", { class: "file" }, one.alt_text || "picture not available")));
  return one.title ? el("figure", {}, el("figcaption", {}, emojis(one.title.text)), picture) : picture;
}

function ownAddress(address, publicUrl) {
  try {
    const asked = new URL(address, location.href);
    const own = [location.origin, publicUrl ? new URL(publicUrl).origin : location.origin];
    return own.includes(asked.origin) ? asked.pathname + asked.search : null;
  } catch { return null; }
}

function element(one, block, use) {
  if (one.type === "button") return button(one, use);
  if (one.type === "overflow") return el("span", { class: "actions" }, one.options.map((each) =>
    button({ ...one, text: each.text, value: each.value }, use)));
  const name = block.block_id ?? one.action_id;
  const label = emojis(one.placeholder?.text ?? block.text?.text ?? "Choose");
  return el("span", { class: "control" }, control(one, { name, label, known: use.known?.[name],
    changed: (value) => use.press(one, value) }));
}

function button(one, use) {
  const label = emojis(one.text?.text ?? "…");
  const post = /^https:\/\/slack\.com\/archives\/\w+\/p(\d{10})(\d{6})$/.exec(one.url ?? "");
  if (post && use.open) return el("button", { type: "button", class: `block-button ${one.style ?? ""}`, on: { click: () => use.open(`${post[1]}.${post[2]}`) } }, label);
  if (one.url) return el("a", { class: "block-button", href: safe(one.url), target: "_blank", rel: "noopener noreferrer" }, label);
  if (!use.answers) return el("button", { type: "button", class: `block-button ${one.style ?? ""} is-off`, title: NO_HANDLER, "aria-disabled": "true" }, label);
  return el("button", { type: "button", class: `block-button ${one.style ?? ""}`, on: { click: async (event) => {
    const pressed = event.currentTarget;
    if (pressed.getAttribute("aria-busy") === "true") return;
    if (one.confirm && !(await use.confirm(one.confirm))) return;
    pressed.setAttribute("aria-busy", "true");
    try { await use.press(one, one.value ?? ""); } finally { pressed.removeAttribute("aria-busy"); }
  } } }, label);
}

const safe = (url) => (/^https?:\/\//.test(url) ? url : "#");
export const textOf = (tag, object) => (object.type === "mrkdwn" ? mrkdwn(tag, object.text) : el(tag, { dir: "auto", class: "text" }, emojis(object.text)));
const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** Slack's own markup, as nodes; between ``` it says what stands there. */
export function mrkdwn(tag, text) {
  const node = el(tag, { class: "text" });
  text.split("```").forEach((part, index, all) => {
    const isCode = index % 2 === 1 && index < all.length - 1;
    if (isCode) node.append(el("pre", { dir: "auto", tabindex: "0" }, plain(part.replace(/^\n|\n$/g, ""))));
    else if (part) addLines(node, index % 2 === 1 ? `\`\`\`${part}` : part);
  });
  return node;
}

function addLines(node, text) {
  let quote = null;
  for (const line of text.split("\n")) {
    const quoted = /^(?:>|&gt;) ?/.exec(line);
    if (quoted && !quote) node.append((quote = el("blockquote")));
    if (!quoted) quote = null;
    const row = el("span", { class: "line", dir: "auto" }, ...inline(quoted ? line.slice(quoted[0].length) : line));
    (quote ?? node).append(row);
  }
}

function inline(line) {
  return line.split(MARK).filter(Boolean).map((part) => {
    const inner = part.slice(1, -1);
    if (/^\*.+\*$/.test(part)) return el("strong", {}, ...inline(inner));
    if (/^_.+_$/.test(part)) return el("em", {}, ...inline(inner));
    if (/^~.+~$/.test(part)) return el("s", {}, ...inline(inner));
    if (/^`.+`$/.test(part)) return el("code", {}, plain(inner));
    if (/^<.+>$/.test(part)) return link(inner);
    if (/^:.+:$/.test(part)) return EMOJI[inner] ?? part;
    return plain(part);
  });
}

const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

/** Slack shows such a moment in the reader's own zone. */
function dateOf(target) {
  const [, stamp, form = ""] = target.split("^");
  const moment = new Date(Number(stamp) * 1000);
  if (Number.isNaN(moment.getTime())) return null;
  const isToday = moment.toDateString() === new Date().toDateString();
  const named = form.includes("{date") ? (isToday && form.includes("pretty") ? "today" : DAY.format(moment)) : "";
  return [named, form.includes("{time") || !named ? timeOf(moment.toISOString()) : ""].filter(Boolean).join(" ");
}

function link(inner) {
  const [target, label] = inner.split("|");
  if (target.startsWith("!date^")) return el("time", {}, dateOf(target) ?? plain(label ?? ""));
  if (target.startsWith("@")) return el("span", { class: "mention" }, `@${workspace.people.find((one) => one.id === target.slice(1))?.name ?? label ?? target.slice(1)}`);
  if (/^[#!]/.test(target)) return el("span", { class: "mention" }, label ?? target);
  const reachable = /^(https?|mailto|tel):/.test(target);
  return reachable ? el("a", { href: target, target: "_blank", rel: "noopener noreferrer" }, plain(label ?? target)) : plain(label ?? target);
}
