/* The staff desk: channel, threads, letters and home, as whichever of its people the visitor is. */

import { clip, drawFile, el, mark, post, readFile, reconcile, stick, tabs, timeOf, words } from "./playground-dom.js";
import { drawBlock, emoji, mrkdwn } from "./playground-desk-blocks.js";
import { workspace } from "./playground-desk-inputs.js";
import { windows } from "./playground-desk-window.js";

const KEPT = "concierge.playground.you";
const ANSWERS_WITHIN_MS = 6000;

export function desk(state, changed) {
  const get = (id) => document.getElementById(id);
  const [posts, home, places, you, composer, field, menu] = ["posts", "desk-home", "desk-places", "desk-you", "desk-composer", "desk-field", "desk-commands"].map(get);
  const drafts = new Map();
  const files = new Map();
  const dismissed = new Set();
  const seen = new Set();
  const window_ = windows(state);
  let place = "channel";
  let acted = 0;
  state.you = localStorage.getItem(KEPT) ?? "U0DANA";

  function draw() {
    workspace.people = state.desk ?? [];
    if (state.desk?.length && !state.desk.some((one) => one.id === state.you)) state.you = state.desk[0].id;
    get("desk-name").textContent = state.deskName ?? "staff";
    drawYou();
    drawPlaces();
    posts.hidden = place === "home";
    home.hidden = place !== "home";
    composer.hidden = place !== "channel" || !state.deskAnswers;
    if (place === "home") drawHome();
    else stick(posts, () => reconcile(posts, rows(), { key: (item) => item.ts, build: card }));
    showAnswer();
    window_.draw();
  }

  /** What a press or a command was answered with, brought into view wherever it stands. */
  function showAnswer() {
    const fresh = [...posts.querySelectorAll(".whisper")].filter((one) => !seen.has(one.dataset.ts));
    for (const one of fresh) seen.add(one.dataset.ts);
    const last = fresh.at(-1);
    if (!last || Date.now() - acted > ANSWERS_WITHIN_MS) return;
    const reveal = () => last.scrollIntoView({ block: "nearest" });
    for (const picture of last.querySelectorAll("img")) picture.addEventListener("load", reveal, { once: true });
    reveal();
  }

  const isDirect = (one) => one.channel.startsWith("D");
  const mine = () => `D${state.you.slice(1)}`;
  const letters = () => [...state.posts.values()].filter((one) => one.channel === mine());

  /** What this person sees in this place, in order; whispers among the posts they belong to. */
  function rows() {
    const whispers = [...(state.whispers?.values() ?? [])].filter((one) => one.user === state.you && !one.deleted && !dismissed.has(one.ts))
      .map((one) => ({ ...one, whisper: true, author: "Concierge", is_bot: true, reactions: {}, files: [] }));
    const here = (one) => (place === "direct" ? one.channel === mine() : !isDirect(one));
    const all = [...state.posts.values(), ...whispers].filter(here).sort((a, b) => Number(a.ts) - Number(b.ts));
    const roots = new Set(all.filter((one) => !one.thread_ts).map((one) => one.ts));
    const items = all.filter((one) => !one.thread_ts || !roots.has(one.thread_ts)).map((one) => ({
      ...one, replies: all.filter((reply) => reply.thread_ts === one.ts), answers: state.deskAnswers, you: state.you,
    }));
    return items.length ? items : [{ ts: `empty-${place}`, empty: true, place }];
  }

  function card(item, old) {
    if (item.empty) return el("div", { class: "empty" }, item.place === "direct"
      ? [el("p", {}, "No letters"), el("small", {}, "What the concierge writes to you alone, such as the morning brief to the owner, appears here.")]
      : [el("p", {}, "Quiet at the desk"), el("small", {}, "When a customer is upset or asks for a person, a card appears here.")]);
    const held = old?.contains(document.activeElement) && document.activeElement.matches(".reply input") ? document.activeElement : null;
    const caret = held?.selectionStart;
    const takesReplies = item.answers && !item.whisper && place === "channel";
    const node = el("div", { class: "entry" }, message(item), item.replies.length || takesReplies ? thread(item, takesReplies) : null);
    if (held) requestAnimationFrame(() => {
      const next = node.querySelector(".reply input");
      next?.focus();
      next?.setSelectionRange(caret, caret);
    });
    return node;
  }

  function message(item) {
    const use = { answers: item.answers ?? state.deskAnswers, publicUrl: state.publicUrl, confirm: window_.confirm, open,
      press: (element, value) => act("presses", { place: item.ts, action_id: element.action_id, value }) };
    return el("article", { class: `post${item.is_bot ? " by-bot" : ""}${item.whisper ? " whisper" : ""}`, "data-ts": item.ts },
      el("span", { class: "face", "aria-hidden": "true" }, item.is_bot ? el("img", { src: "/playground/playground.svg", alt: "", width: "22", height: "22" }) : item.author[0]),
      el("div", { class: "post-body" },
        item.whisper ? el("p", { class: "only-you" }, "Only you see this", el("button", { type: "button", class: "dismiss",
          on: { click: () => { dismissed.add(item.ts); changed(); } } }, "Dismiss")) : null,
        el("p", { class: "post-top" }, el("strong", {}, item.author), item.is_bot ? el("span", { class: "app" }, "APP") : null,
          el("time", {}, timeOf(new Date(Number(item.ts) * 1000).toISOString())), item.edited && !item.is_bot ? el("small", {}, "(edited)") : null,
          item.whisper || !state.deskAnswers ? null : more(item)),
        item.blocks.length ? item.blocks.map((block) => drawBlock(block, use)) : item.text ? mrkdwn("p", item.text) : null,
        item.files.length ? el("div", { class: "files" }, item.files.map(attached)) : null,
        Object.entries(item.reactions).map(([name, count]) => el("span", { class: "reaction", title: words(name) }, emoji(name), ` ${count}`))));
  }

  const attached = (file) => drawFile({ source: `/playground/desk/files/${encodeURIComponent(file.id)}`,
    type: file.mimetype, name: file.name, alt: file.alt_txt });

  /** What Slack keeps in a message's menu: the app's shortcuts, and for one's own words edit and delete. */
  function more(item) {
    const own = item.user === state.you;
    const acts = [...(state.shortcuts ?? []).map((one) => [one.name, () => act("shortcuts", { callback_id: one.id, ts: item.ts })]),
      ...(own ? [["Edit", () => edit(item)], ["Delete", () => act("changes", { ts: item.ts, text: "" })]] : [])];
    if (!acts.length) return null;
    const box = el("details", { class: "more" }, el("summary", { "aria-label": "More actions" }, "⋯"),
      el("span", { class: "more-list" }, acts.map(([label, run]) => el("button", { type: "button", on: { click: () => { box.open = false; run(); } } }, label))));
    box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) box.open = false; });
    return box;
  }

  function edit(item) {
    const node = posts.querySelector(`[data-ts="${CSS.escape(item.ts)}"] .text`);
    if (!node) return;
    const input = el("input", { type: "text", class: "edit", "aria-label": "Edit your message", maxlength: "3000", dir: "auto" });
    input.value = item.text;
    const form = el("form", { class: "reply", on: { submit: (event) => { event.preventDefault(); if (input.value.trim()) act("changes", { ts: item.ts, text: input.value.trim() }); form.replaceWith(node); } } },
      input, el("button", { type: "submit", class: "quiet" }, "Save"));
    input.addEventListener("keydown", (event) => { if (event.key === "Escape") form.replaceWith(node); });
    node.replaceWith(form);
    input.focus();
  }

  function thread(item, takesReplies) {
    const box = el("div", { class: "thread" }, item.replies.map((reply) => message({ ...reply, answers: item.answers })));
    if (!takesReplies) return box;
    const reply = el("input", { type: "text", "aria-label": "Reply in the thread", placeholder: `Reply as ${name()}…`, maxlength: "3000", dir: "auto" });
    reply.value = drafts.get(item.ts) ?? "";
    reply.addEventListener("input", () => drafts.set(item.ts, reply.value));
    const file = clip((one) => { if (one) files.set(item.ts, one); else files.delete(item.ts); }, files.get(item.ts));
    box.append(el("form", { class: "reply", on: { submit: async (event) => {
      event.preventDefault();
      const text = reply.value.trim();
      const one = files.get(item.ts);
      if (!text && !one) return;
      reply.value = "";
      drafts.delete(item.ts);
      file.drop();
      await act("messages", { thread_ts: item.ts, text }, one);
    } } }, file.button, reply, el("button", { type: "submit", class: "quiet" }, "Reply")));
    return box;
  }

  const name = () => state.desk?.find((one) => one.id === state.you)?.name ?? "Dana";

  async function act(what, content, file = null) {
    acted = Date.now();
    try {
      const carried = file ? { file: await readFile(file) } : {};
      const answer = await post(`/playground/desk/${what}`, { ...content, ...carried, user: state.you });
      if (answer.webhook_status !== 200) state.notice?.(answer.webhook_status ? `The service answered ${answer.webhook_status}` : "The service could not be reached");
    } catch (error) { state.notice?.(error.message); }
    changed();
  }

  function drawYou() {
    reconcile(you, (state.desk ?? []).map((one) => ({ ...one, chosen: one.id === state.you })), { key: (one) => one.id, first: true, build: (one, old) => {
      const node = el("button", { type: "button", role: "radio", "aria-checked": String(one.chosen), title: `You are ${one.name}, ${one.role}` },
        one.name, one.role === "owner" ? el("small", {}, "owner") : null);
      node.tabIndex = one.chosen ? 0 : -1;
      node.addEventListener("click", () => become(one.id));
      if (old === document.activeElement) requestAnimationFrame(() => node.focus());
      return node;
    } });
  }

  function become(id) {
    state.you = id;
    localStorage.setItem(KEPT, id);
    changed();
    if (place === "home") act("homes", {});
  }

  you.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = state.desk, at = all.findIndex((one) => one.id === state.you);
    become(all[(at + step + all.length) % all.length].id);
    requestAnimationFrame(() => requestAnimationFrame(() => you.querySelector('[aria-checked="true"]')?.focus()));
  });

  function drawPlaces() {
    mark(places, (tab) => tab.dataset.place === place);
    const count = letters().length;
    places.querySelector('[data-place="direct"] .count').hidden = !count;
    places.querySelector('[data-place="direct"] .count').textContent = count;
  }

  function drawHome() {
    const view = state.homes?.[state.you];
    const item = view ? { id: view.id, hash: view.hash, blocks: view.blocks, you: state.you } : { id: "none", you: state.you };
    reconcile(home, [item], { key: (one) => one.id, first: true, build: (one) => {
      if (!one.blocks) return el("div", { class: "empty" }, el("p", {}, "Nothing at home yet"), el("small", {}, "The app draws its home when you open it."));
      const use = { answers: state.deskAnswers, publicUrl: state.publicUrl, confirm: window_.confirm, open,
        press: (element, value) => act("presses", { place: one.id, action_id: element.action_id, value }) };
      return el("div", { class: "home-body" }, one.blocks.map((block) => drawBlock(block, use)));
    } });
  }

  /** What a link to a message does in Slack: show it where it stands. */
  function open(ts) {
    place = "channel";
    draw();
    posts.querySelector(`[data-ts="${CSS.escape(ts)}"]`)?.scrollIntoView({ block: "start" });
  }

  tabs(places, (tab) => {
    place = tab.dataset.place;
    posts.dataset.fresh = "yes";
    if (place === "home" && state.deskAnswers) act("homes", {});
    changed();
  });

  /** The commands that begin with what is typed, to be chosen by mouse or by Tab and Enter. */
  function drawMenu() {
    const typed = field.value;
    const all = typed.startsWith("/") && !typed.includes(" ") ? (state.commands ?? []).filter((one) => one.name.startsWith(typed.toLowerCase())) : [];
    menu.hidden = !all.length;
    menu.replaceChildren(...all.map((one) => el("button", { type: "button", class: "command", on: { click: () => {
      field.value = one.usage ? `${one.name} ` : one.name;
      drawMenu();
      field.focus();
    } } }, el("strong", {}, one.name), one.usage ? el("span", {}, one.usage) : null, el("small", {}, `${one.help}${one.role === "owner" ? " (owner)" : ""}`))));
  }

  field.addEventListener("input", drawMenu);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { menu.hidden = true; field.blur(); }
    if (event.key === "ArrowDown" && !menu.hidden) { event.preventDefault(); menu.querySelector("button")?.focus(); }
  });
  menu.addEventListener("keydown", (event) => {
    const all = [...menu.children], at = all.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      (all[at + (event.key === "ArrowDown" ? 1 : -1)] ?? field).focus();
    }
    if (event.key === "Escape") field.focus();
  });
  composer.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    drawMenu();
    posts.dataset.fresh = "yes";
    await act("messages", { text });
  });

  return { draw };
}
