/* The staff channel: Block Kit as Slack draws it, threads, and buttons where the service takes them. */

import { el, post, reconcile, stick, timeOf } from "./playground-dom.js";

const NO_HANDLER = "This service does not take answers from the desk yet";
const MARK = /(\*[^*\n]+\*|_[^_\n]+_|~[^~\n]+~|`[^`\n]+`|<[^<>\n]+>|:[a-z0-9_+-]+:)/g;
const EMOJI = { rotating_light: "🚨", warning: "⚠️", wave: "👋", white_check_mark: "✅", eyes: "👀", fire: "🔥",
  speech_balloon: "💬", moneybag: "💰", calendar: "📅", rage: "😡", angry: "😠", phone: "📞", raising_hand: "🙋",
  bust_in_silhouette: "👤", memo: "📝", red_circle: "🔴", large_yellow_circle: "🟡", thinking_face: "🤔" };

export function desk(state, changed) {
  const posts = document.getElementById("posts");
  const drafts = new Map();

  function draw() {
    document.getElementById("desk-name").textContent = state.deskName ?? "staff";
    const all = [...state.posts.values()];
    const items = all.filter((one) => !one.thread_ts).map((one) => ({
      ...one, replies: all.filter((reply) => reply.thread_ts === one.ts), answers: state.deskAnswers,
    }));
    const rows = items.length ? items : [{ ts: "empty", empty: true }];
    stick(posts, () => reconcile(posts, rows, { key: (item) => item.ts, build: card }));
  }

  function card(item) {
    if (item.empty) return el("div", { class: "empty" }, el("p", {}, "Quiet at the desk"),
      el("small", {}, "When a customer is upset or asks for a person, a card appears here."));
    return el("div", { class: "entry" }, message(item), item.replies.length || item.answers ? thread(item) : null);
  }

  function message(item) {
    return el("article", { class: `post${item.is_bot ? " by-bot" : ""}` },
      el("span", { class: "face", "aria-hidden": "true" }, item.is_bot ? el("img", { src: "/playground/playground.svg", alt: "", width: "22", height: "22" }) : item.author[0]),
      el("div", { class: "post-body" },
        el("p", { class: "post-top" }, el("strong", {}, item.author), item.is_bot ? el("span", { class: "app" }, "APP") : null,
          el("time", {}, timeOf(new Date(Number(item.ts) * 1000).toISOString())), item.edited ? el("small", {}, "(edited)") : null),
        item.blocks.length ? item.blocks.map((block) => drawBlock(block, item)) : mrkdwn("p", item.text),
        Object.entries(item.reactions).map(([name, count]) => el("span", { class: "reaction" }, EMOJI[name] ?? `:${name}:`, ` ${count}`))));
  }

  function thread(item) {
    const box = el("div", { class: "thread" }, item.replies.map(message));
    if (item.answers) {
      const field = el("input", { type: "text", "aria-label": "Reply in the thread", placeholder: "Reply…", maxlength: "3000", dir: "auto" });
      field.value = drafts.get(item.ts) ?? "";
      field.addEventListener("input", () => drafts.set(item.ts, field.value));
      box.append(el("form", { class: "reply", on: { submit: async (event) => {
        event.preventDefault();
        const text = field.value.trim();
        if (!text) return;
        field.value = "";
        drafts.delete(item.ts);
        await act("/playground/desk/messages", { thread_ts: item.ts, text });
      } } }, field, el("button", { type: "submit", class: "quiet" }, "Reply")));
    }
    return box;
  }

  async function act(path, content) {
    try { await post(path, content); } catch (error) { state.notice?.(error.message); }
    changed();
  }

  function drawBlock(block, item) {
    switch (block.type) {
      case "header": return el("h3", { dir: "auto" }, emojis(block.text.text));
      case "divider": return el("hr");
      case "context": return el("div", { class: "context" }, block.elements.map((one) => one.type === "image"
        ? el("span", { class: "file" }, one.alt_text ?? "image") : textOf("span", one)));
      case "section": return section(block, item);
      case "actions": return el("div", { class: "actions" }, block.elements.map((one) => button(one, item)));
      case "markdown": return mrkdwn("p", block.text);
      case "image": return el("span", { class: "file" }, block.alt_text ?? "image");
      default: return el("p", { class: "context" }, `(${block.type})`);
    }
  }

  function section(block, item) {
    const body = el("div", { class: "section" }, block.text ? textOf("div", block.text) : null);
    if (block.fields) body.append(el("div", { class: "fields" }, block.fields.map((one) => textOf("div", one))));
    if (block.accessory?.type === "button") body.append(button(block.accessory, item));
    return body;
  }

  function button(one, item) {
    const label = emojis(one.text?.text ?? one.placeholder?.text ?? "…");
    if (one.type !== "button") return el("span", { class: "block-button is-off", title: "Not playable here" }, label);
    if (one.url) return el("a", { class: "block-button", href: safe(one.url), target: "_blank", rel: "noopener noreferrer" }, label);
    if (!state.deskAnswers) {
      return el("button", { type: "button", class: `block-button ${one.style ?? ""} is-off`, title: NO_HANDLER,
        "aria-disabled": "true" }, label);
    }
    const press = () => act("/playground/desk/presses", { ts: item.ts, action_id: one.action_id });
    return el("button", { type: "button", class: `block-button ${one.style ?? ""}`, on: { click: press } }, label);
  }

  return { draw };
}

const safe = (url) => (/^https?:\/\//.test(url) ? url : "#");
const emojis = (text) => text.replace(/:([a-z0-9_+-]+):/g, (all, name) => EMOJI[name] ?? all);
const textOf = (tag, object) => (object.type === "mrkdwn" ? mrkdwn(tag, object.text) : el(tag, { dir: "auto", class: "text" }, emojis(object.text)));
const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** Slack's own markup, as nodes. */
function mrkdwn(tag, text) {
  const node = el(tag, { class: "text" });
  let quote = null;
  for (const line of text.split("\n")) {
    const quoted = /^(?:>|&gt;) ?/.exec(line);
    if (quoted && !quote) node.append((quote = el("blockquote")));
    if (!quoted) quote = null;
    const row = el("span", { class: "line", dir: "auto" }, ...inline(quoted ? line.slice(quoted[0].length) : line));
    (quote ?? node).append(row);
  }
  return node;
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

/** Slack shows such a moment in the reader's own zone. */
function dateOf(target) {
  const moment = new Date(Number(target.split("^")[1]) * 1000);
  return Number.isNaN(moment.getTime()) ? null : timeOf(moment.toISOString());
}

function link(inner) {
  const [target, label] = inner.split("|");
  if (target.startsWith("!date^")) return el("time", {}, dateOf(target) ?? plain(label ?? ""));
  if (/^[@#!]/.test(target)) return el("span", { class: "mention" }, label ?? target);
  const reachable = /^(https?|mailto|tel):/.test(target);
  return reachable ? el("a", { href: target, target: "_blank", rel: "noopener noreferrer" }, plain(label ?? target)) : plain(label ?? target);
}
