/* The customer's phone: people, channels, bubbles, ticks, suggestions and the composer. */

import { ICONS, clip, dayOf, drawFile, el, icon, mark, post, readFile, reconcile, stick, tabs, timeOf } from "./playground-dom.js";

const PEOPLE = [
  { name: "Ann Brooks", number: "+14155550132" },
  { name: "Lucía Pérez", number: "+19165550147" },
  { name: "陈美 Mei", number: "+16505550118" },
  { name: "Sam Okafor", number: "+15105550163" },
];
const SUGGESTIONS = [
  "How much for 25 adults and 6 kids?",
  "¿Cuánto cuesta para 20 adultos?",
  "下周六20个大人多少钱？",
  "What happens if it rains?",
  "This is the third time nobody answered me. I'm furious!",
  "Can I talk to a person?",
  "STOP",
];
const KEPT = "concierge.playground.people";
const HUES = [18, 262, 158, 212, 330, 46, 190, 290];
const PATIENCE_MS = 20_000;

export function phone(state, changed) {
  const get = (id) => document.getElementById(id);
  const [people, channels, device, messages] = ["people", "channels", "device", "messages"].map(get);
  const [chips, form, field, dialog, added] = ["chips", "form", "composer", "new", "new-form"].map(get);
  const seen = new Map();
  const files = new Map();
  let chosen = null;
  let unsent = [];
  state.people = [...PEOPLE, ...remembered()];
  state.customer ??= state.people[0].number;
  state.channel ??= "sms";

  function remembered() {
    try { return JSON.parse(localStorage.getItem(KEPT) ?? "[]"); } catch { return []; }
  }

  function choosePerson(number) {
    state.customer = number;
    messages.dataset.fresh = "yes";
    unsent = [];
    changed();
  }

  function chooseChannel(channel) {
    state.channel = channel;
    messages.dataset.fresh = "yes";
    changed();
  }

  async function send(text, file = null) {
    const wait = { sid: `wait-${performance.now()}`, inbound: true, channel: state.channel, customer: state.customer,
      body: text, at: new Date().toISOString(), status: "sending", webhook: null, media: file ? [{ name: file.name }] : [] };
    if (file) files.set(wait.sid, file);
    unsent.push(wait);
    messages.dataset.fresh = "yes";
    changed();
    try {
      const carried = file ? { file: await readFile(file) } : {};
      await post("/playground/messages", { channel: wait.channel, from: wait.customer, text, ...carried });
      files.delete(wait.sid);
      unsent = unsent.filter((one) => one !== wait);
    } catch (error) {
      wait.status = "lost";
      wait.reason = error.message;
    }
    changed();
  }

  const mine = (text) => text.customer === state.customer && text.channel === state.channel;

  /** The vendor's copy of a text comes by the event stream, often before our request is answered. */
  function shown() {
    const real = [...state.texts.values()].filter(mine);
    const waiting = unsent.filter(mine).filter((one) => one.status === "lost" || !real.some((text) =>
      text.inbound && text.body === one.body && text.media.length === one.media.length && Math.abs(new Date(text.at) - new Date(one.at)) < 15_000));
    return [...real, ...waiting];
  }

  function isThinking(list) {
    const last = list[list.length - 1];
    if (!last?.inbound || last.webhook !== 200) return false;
    if (Date.now() - new Date(last.at) > PATIENCE_MS) return false;
    const life = [...state.lives.values()].find((one) => one.texts.some((text) => text.sid === last.sid));
    return !life || (life.mode === "bot" && life.texts.some((text) => text.status === "received"));
  }

  function draw() {
    for (const text of state.texts.values()) {
      if (!state.people.some((person) => person.number === text.customer)) {
        state.people.push({ name: "", number: text.customer });
      }
    }
    const list = shown();
    if (document.body.clientWidth > 760 || document.body.dataset.view === "phone") {
      seen.set(`${state.customer}/${state.channel}`, count(state.customer, state.channel));
    }
    drawPeople();
    drawChannels();
    stick(messages, () => reconcile(messages, rows(list), { key: (row) => row.key, build: row }));
    device.dataset.channel = state.channel;
    get("number").textContent = pretty(state.number ?? "");
    field.placeholder = state.channel === "sms" ? "Text as a customer" : "WhatsApp as a customer";
    chips.classList.toggle("is-wrapped", list.length === 0);
  }

  const count = (number, channel) => [...state.texts.values()]
    .filter((text) => !text.inbound && text.customer === number && text.channel === channel).length;

  const unread = (number, channel) => {
    const key = `${number}/${channel}`;
    if (!state.isReady) seen.set(key, count(number, channel));
    return Math.max(0, count(number, channel) - (seen.get(key) ?? 0));
  };

  function drawPeople() {
    const items = state.people.map((person) => ({
      ...person, chosen: person.number === state.customer,
      unread: unread(person.number, "sms") + unread(person.number, "whatsapp"),
    }));
    reconcile(people, items, { key: (item) => item.number, first: true, build: (item, old) => {
      const node = el("button", { role: "tab", type: "button", class: "person", "data-number": item.number,
        "aria-selected": String(item.chosen), title: pretty(item.number), "aria-controls": "device" },
        avatar(item), el("span", { class: "person-name", dir: "auto" }, item.name.split(" ")[0] || item.number.slice(-4)),
        item.unread ? el("b", { class: "count" }, String(item.unread)) : null);
      node.tabIndex = item.chosen ? 0 : -1;
      if (old === document.activeElement) requestAnimationFrame(() => node.focus());
      return node;
    } });
  }

  function drawChannels() {
    mark(channels, (tab) => tab.dataset.channel === state.channel);
    for (const tab of channels.children) {
      const number = unread(state.customer, tab.dataset.channel);
      const badge = tab.querySelector(".count");
      badge.hidden = !number;
      badge.textContent = number;
    }
  }

  function rows(list) {
    const made = [];
    let before = null;
    list.forEach((text, at) => {
      if (!before || dayOf(before.at) !== dayOf(text.at)) made.push({ key: `day-${text.at.slice(0, 10)}-${made.length}`, day: dayOf(text.at) });
      const after = list[at + 1];
      const ends = !after || after.inbound !== text.inbound || new Date(after.at) - new Date(text.at) > 120_000;
      made.push({ key: text.sid, text, ends, read: isRead(text, list, at) });
      before = text;
    });
    if (!list.length) made.push({ key: "empty", empty: true });
    if (isThinking(list)) made.push({ key: "typing", typing: true });
    return made;
  }

  /** A worker has taken the text up, or an answer to it has come. */
  function isRead(text, list, at) {
    if (!text.inbound) return false;
    if (list.slice(at + 1).some((later) => !later.inbound && !later.by_network)) return true;
    return [...state.lives.values()].some((life) => life.turn && life.texts.some((one) => one.sid === text.sid));
  }

  function row(item) {
    if (item.day) return el("p", { class: "day" }, item.day);
    if (item.empty) return el("div", { class: "empty" },
      el("p", {}, "No messages yet"), el("small", {}, "Pick a suggestion or write your own. It takes the real way in: a signed webhook."));
    if (item.typing) return el("div", { class: "bubble theirs typing", role: "status", "aria-label": "The concierge is writing" },
      el("i"), el("i"), el("i"));
    return bubble(item);
  }

  function bubble({ text, ends, read }) {
    const big = /^(?:\p{Extended_Pictographic}\p{Emoji_Modifier}?\uFE0F?\u200D?\s*){1,3}$/u.test(text.body);
    const side = text.inbound ? "mine" : "theirs";
    const node = el("div", { class: `bubble ${side}${ends ? " ends" : ""}${big ? " big" : ""}` },
      text.by_network ? el("small", { class: "tag" }, "Carrier") : null,
      ...text.media.map(carried),
      text.body ? el("p", { dir: "auto" }, text.body) : null,
      el("span", { class: "meta" }, timeOf(text.at), text.inbound ? ticks(text, read) : null));
    if (text.status === "lost") node.append(el("span", { class: "lost" }, text.reason, " ",
      el("button", { type: "button", on: { click: () => again(text) } }, "Try again")));
    else if (text.inbound && text.webhook !== null && text.webhook !== 200) node.append(el("span", { class: "lost" },
      text.webhook ? `The service answered ${text.webhook}` : "The service could not be reached"));
    else if (["failed", "undelivered"].includes(text.status)) node.append(el("span", { class: "lost" },
      `Never reached this phone (${text.error})`));
    return node;
  }

  const carried = ({ id, type, name }) => (id
    ? drawFile({ source: `/playground/phone/files/${encodeURIComponent(id)}`, type, name: `a file (${type})` })
    : el("span", { class: "file" }, name));

  function again(text) {
    unsent = unsent.filter((one) => one !== text && one.sid !== text.sid);
    send(text.body, files.get(text.sid) ?? null);
    files.delete(text.sid);
  }

  function ticks(text, read) {
    if (text.status === "lost" || (text.webhook !== null && text.webhook !== 200)) return icon(ICONS.alert, "not taken");
    if (text.webhook !== 200) return icon(ICONS.tick, "sent");
    const node = icon(ICONS.ticks, read ? "read" : "delivered");
    if (read) node.classList.add("read");
    return node;
  }

  for (const text of SUGGESTIONS) {
    chips.append(el("button", { type: "button", class: "chip", dir: "auto", on: { click: () => send(text) } }, text));
  }
  tabs(people, (tab) => choosePerson(tab.dataset.number));
  tabs(channels, (tab) => chooseChannel(tab.dataset.channel));

  function grow() {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 132)}px`;
    form.querySelector(".send").disabled = !field.value.trim() && !chosen;
    const left = 1600 - field.value.length;
    get("left").textContent = left < 300 ? String(left) : "";
  }
  form.querySelector(".send").append(icon(ICONS.send));
  const attached = clip((file) => { chosen = file ?? null; grow(); });
  form.prepend(attached.button);
  field.addEventListener("input", grow);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
    if (event.key === "Escape") field.blur();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    const file = chosen;
    if (!text && !file) return;
    field.value = "";
    attached.drop();
    send(text, file);
  });

  get("add").addEventListener("click", () => {
    added.reset();
    added.elements.number.value = `+1415555${String(100 + Math.floor(Math.random() * 100)).padStart(4, "0")}`;
    dialog.showModal();
  });
  get("new-cancel").addEventListener("click", () => dialog.close());
  added.addEventListener("submit", () => {
    const person = { name: added.elements.name.value.trim(), number: added.elements.number.value.trim() };
    if (!state.people.some((one) => one.number === person.number)) {
      state.people.push(person);
      localStorage.setItem(KEPT, JSON.stringify([...remembered(), person]));
    }
    choosePerson(person.number);
  });

  // A typing indicator that nothing answers goes away by itself.
  setInterval(() => { if (messages.querySelector(".typing")) draw(); }, 5000);
  return { draw, focus: () => field.focus() };
}

export function avatar(person) {
  const letters = (person.name || "?").split(" ").map((part) => [...part][0]).slice(0, 2).join("");
  const hue = HUES[[...person.number].reduce((sum, letter) => sum * 7 + letter.codePointAt(0), 0) % HUES.length];
  const node = el("span", { class: "avatar", "aria-hidden": "true" }, person.name ? letters : "#");
  node.style.setProperty("--hue", hue);
  return node;
}

/** +14155550132 as (415) 555-0132; anything else as it is. */
export function pretty(number) {
  const found = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return found ? `(${found[1]}) ${found[2]}-${found[3]}` : number;
}
