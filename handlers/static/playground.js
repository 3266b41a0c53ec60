/* The playground's page: one state, four panes, one stream of server-sent events. */

import { ICONS, icon, mark, tabs } from "./playground-dom.js";
import { phone } from "./playground-phone.js";
import { desk } from "./playground-desk.js";
import { booked } from "./playground-bookings.js";
import { life } from "./playground-life.js";

const state = { texts: new Map(), posts: new Map(), lives: new Map(), whispers: new Map(), windows: {}, homes: {}, bookings: [], people: [], desk: [], deskAnswers: false, isReady: false };
const panes = [phone(state, changed), desk(state, changed), booked(state, changed), life(state)];
const live = document.getElementById("live");
const views = document.querySelector(".views");
const theme = document.getElementById("theme");
const seenPosts = new Set();
const hasPhoneColumn = matchMedia("(min-width: 760px)");
let drawing = 0;

/** Draw once for all that comes within one frame. */
function changed() {
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    for (const pane of panes) pane.draw();
    countPosts();
  });
}

function countPosts() {
  const deskIsShown = document.body.dataset.view === "desk" || matchMedia("(min-width: 1180px)").matches;
  if (deskIsShown || !state.isReady) for (const key of state.posts.keys()) seenPosts.add(key);
  const number = [...state.posts.keys()].filter((key) => !seenPosts.has(key)).length;
  const badge = views.querySelector('[data-view="desk"] .count');
  badge.hidden = !number;
  badge.textContent = number;
}

function show(view) {
  document.body.dataset.view = view;
  markView();
  changed();
}

/** Where the phone has its own column, the other one shows the life unless another is chosen. */
function markView() {
  const view = document.body.dataset.view;
  const shown = hasPhoneColumn.matches && view === "phone" ? "life" : view;
  mark(views, (tab) => tab.dataset.view === shown);
}
hasPhoneColumn.addEventListener("change", markView);
tabs(views, (tab) => show(tab.dataset.view));
show("phone");

function take(content) {
  for (const text of content.texts) state.texts.set(text.sid, text);
  for (const one of content.posts) state.posts.set(`${one.channel}/${one.ts}`, one);
  for (const key of content.gone ?? []) state.posts.delete(key);
  for (const one of content.whispers ?? []) state.whispers.set(one.ts, one);
  Object.assign(state.windows, content.windows);
  Object.assign(state.homes, content.homes);
  const conversations = new Set(content.lives.map((one) => one.conversation));
  for (const [id, one] of state.lives) if (conversations.has(one.conversation)) state.lives.delete(id);
  for (const one of content.lives) state.lives.set(one.id, one);
  state.bookings = content.bookings ?? state.bookings;
}

function say(words, tone) {
  live.textContent = words;
  live.dataset.tone = tone;
}

state.notice = (words) => {
  say(words, "bad");
  setTimeout(() => say("live", "ok"), 6000);
};

const events = new EventSource("/playground/events");
events.addEventListener("open", () => say("live", "ok"));
events.addEventListener("error", () => say("reconnecting", "warn"));
events.addEventListener("snapshot", (event) => {
  const content = JSON.parse(event.data);
  for (const kept of [state.texts, state.posts, state.lives, state.whispers]) kept.clear();
  state.windows = {};
  state.homes = {};
  state.number = content.number;
  state.deskName = content.channel.name;
  state.deskAnswers = content.desk_answers;
  state.desk = content.people;
  state.publicUrl = content.public_url;
  state.commands = content.commands;
  state.shortcuts = content.shortcuts;
  take(content);
  changed();
  requestAnimationFrame(() => requestAnimationFrame(() => { state.isReady = true; document.body.dataset.ready = "yes"; }));
});
events.addEventListener("changes", (event) => {
  take(JSON.parse(event.data));
  changed();
});
addEventListener("pagehide", () => events.close());

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme ?? (systemIsDark.matches ? "dark" : "light")) === "dark";

function drawTheme() {
  theme.replaceChildren(icon(isDark() ? ICONS.sun : ICONS.moon));
  theme.setAttribute("aria-pressed", String(isDark()));
}
const keptTheme = localStorage.getItem("concierge.playground.theme");
if (keptTheme === "dark" || keptTheme === "light") document.documentElement.dataset.theme = keptTheme;
theme.addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  localStorage.setItem("concierge.playground.theme", document.documentElement.dataset.theme);
  drawTheme();
});
systemIsDark.addEventListener("change", drawTheme);
drawTheme();

addEventListener("keydown", (event) => {
  const isWriting = event.target.closest?.("input, textarea, dialog");
  if (event.key !== "/" || isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (getComputedStyle(document.getElementById("phone")).display === "none") show("phone");
  panes[0].focus();
});
