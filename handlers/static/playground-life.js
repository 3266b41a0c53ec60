/* The life of each message: one card a turn, one line a step, each with what it found and how long it took. */

import { el, reconcile, span, stick, timeOf, words } from "./playground-dom.js";
import { pretty } from "./playground-phone.js";

/* What the service calls its steps, and what a visitor reads. */
const TITLES = {
  "burst window": "Waited for more texts",
  load: "Conversation loaded",
  read: "Language and intent",
  route: "Agent chosen",
  escalate: "A person is needed",
  handoff: "Handed to another agent",
  model: "Model",
  tool: "Tool",
  guard: "Guard",
  mode: "Who answers on this topic",
  commit: "Committed: reply, records, effects",
  "model.failed": "Model failed, the offline model takes over",
  "offline.failed": "Offline model failed",
};
const OUTCOMES = { answered: "ok", templated: "warn", drafted: "busy", escalated: "warn", silent: "quiet", ignored: "quiet", failed: "bad" };
const FACES = { happy: "😊", sad: "😢", angry: "😠", fearful: "😨", surprised: "😮", disgusted: "🤢", neutral: "😐" };
const CHANNELS = { sms: "SMS", whatsapp: "WhatsApp", email: "E-mail", webchat: "Web chat" };
const SLOW_MS = 25;

export function life(state) {
  const cards = document.getElementById("cards");
  const open = new Map();
  const asked = new Set();
  let shownFor = "";

  function draw() {
    const person = state.people.find((one) => one.number === state.customer);
    const who = person?.name ? `${person.name}, ${pretty(person.number)}` : pretty(state.customer ?? "");
    document.getElementById("life-who").textContent = who;
    if (shownFor !== state.customer) {
      shownFor = state.customer;
      cards.dataset.fresh = "yes";
    }
    const mine = [...state.lives.values()].filter((one) => one.customer === state.customer);
    mine.sort((a, b) => a.at.localeCompare(b.at));
    const items = mine.map((one, at) => ({ ...one, last: at === mine.length - 1,
      webhook: one.texts.map((text) => state.texts.get(text.sid)?.webhook ?? null) }));
    const rows = items.length ? items : [{ id: "empty", empty: true }];
    stick(cards, () => reconcile(cards, rows, { key: (item) => item.id, build: card }), { atTop: true });
  }

  function card(item) {
    if (item.empty) return el("div", { class: "empty" }, el("p", {}, "Nothing has happened yet"),
      el("small", {}, "Send a text and watch its way: webhook, worker, agent, tools, guard, delivery."));
    const steps = stepsOf(item);
    const total = totalOf(item);
    const status = item.texts[item.texts.length - 1].status;
    const outcome = item.turn?.outcome ?? (item.escalations.length ? "escalated" : status);
    const label = outcome === "received" ? "Under way" : words(outcome);
    const node = el("details", { class: "card", open: open.get(item.id) ?? item.last },
      el("summary", {},
        el("span", { class: "said" }, item.texts.map((text) => el("q", { dir: "auto" }, text.text || "(no words)"))),
        el("span", { class: "facts" },
          el("span", { class: `outcome ${OUTCOMES[outcome] ?? "busy"}` }, label),
          el("span", {}, CHANNELS[item.channel] ?? words(item.channel)),
          el("span", {}, timeOf(item.at)),
          total ? el("strong", {}, span(total)) : null),
        item.turn ? waterfall(item, total) : null),
      el("ol", { class: "steps" }, steps.map(stepRow)),
      item.why?.length ? whyPanel(item) : null);
    node.addEventListener("toggle", () => open.set(item.id, node.open));
    return node;
  }

  /** What `concierge why` says of the answer. */
  function whyPanel(item) {
    const node = el("details", { class: "why", open: asked.has(item.id) },
      el("summary", {}, "Why this answer"),
      el("dl", {}, item.why.flatMap(([label, said]) => [el("dt", {}, label), el("dd", { dir: "auto" }, said)])));
    node.addEventListener("toggle", (event) => {
      event.stopPropagation();
      if (node.open) asked.add(item.id); else asked.delete(item.id);
    });
    return node;
  }

  return { draw };
}

/** From the first text to the last thing that happened to its answer. */
function totalOf(item) {
  const sent = item.replies.map((reply) => reply.sent_ms).filter((ms) => ms !== null);
  return sent.length ? Math.max(...sent) : (item.turn?.at_ms ?? 0);
}

function waterfall(item, total) {
  const turn = item.turn;
  const sum = (list) => list.reduce((all, one) => all + one.ms, 0);
  const burst = sum(turn.steps.filter((step) => step.name === "burst window"));
  const models = sum(turn.models);
  const tools = sum(turn.tools);
  const rest = Math.max(0, turn.think_ms - burst - models - tools);
  const parts = [["wait", "waiting", turn.wait_ms + burst], ["think", "deciding", rest], ["model", "model", models],
    ["tools", "tools", tools], ["send", "sending", Math.max(0, total - turn.at_ms)]];
  const shown = parts.filter(([, , ms]) => ms >= 0.5);
  const bar = el("span", { class: "waterfall", role: "img",
    "aria-label": shown.map(([, name, ms]) => `${name} ${span(ms)}`).join(", ") },
    shown.map(([kind, name, ms]) => {
      const piece = el("i", { class: kind, title: `${words(name)}: ${span(ms)}` });
      piece.style.setProperty("--share", Math.max(ms, total / 60));
      return piece;
    }));
  const legend = el("span", { class: "legend", "aria-hidden": "true" },
    shown.map(([kind, name, ms]) => el("span", {}, el("i", { class: kind }), `${name} ${span(ms)}`)));
  return el("span", { class: "timing" }, bar, legend);
}

function stepsOf(item) {
  const turn = item.turn;
  const several = item.texts.length > 1;
  const codes = [...new Set(item.webhook.filter((code) => code !== null))];
  const first = item.texts[0];
  const steps = [
    { title: several ? `${item.texts.length} webhooks received` : "Webhook received", when: timeOf(item.at), tone: "in",
      chips: ["signature verified", several ? "read as one" : null] },
    { title: "Stored, then acknowledged", chips: [codes.length ? `HTTP ${codes.join(", ")}` : null,
      first.language ? languageName(first.language) : null] },
  ];
  if (turn) steps.push(...turnSteps(turn));
  for (const text of item.texts) if (text.reason) steps.push({ title: text.status === "answered" ? "Not sent yet" : "No answer, on purpose", tone: "quiet", note: text.reason });
  steps.push(...emotionSteps(item));
  for (const one of item.alarms ?? []) steps.push({ title: `Alarm: ${words(one.trigger)}`, at: one.at_ms, tone: "warn", note: one.explanation,
    chips: [one.severity, one.act === "tell" ? "staff are told" : "staff take over"] });
  for (const one of item.escalations) steps.push({ title: "Escalated to staff", at: one.at_ms, tone: "warn", note: one.explanation,
    chips: [words(one.reason), one.severity && one.severity !== "normal" ? one.severity : null, one.status, one.post_status === "posted" ? "card in Slack" : `card ${one.post_status}`] });
  for (const reply of item.replies) steps.push(...replySteps(reply, item));
  if (!turn && item.texts.some((text) => text.status === "received")) steps.push({ title: item.mode === "human" ? "A person has the floor" : "Waiting for its turn", tone: "busy" });
  return steps;
}

/** A step for each text that was read; of its readings the newest counts, and the others are named. */
function emotionSteps(item) {
  const several = item.texts.length > 1;
  return item.texts.flatMap((text, at) => {
    const readings = item.emotions.filter((one) => one.text === at);
    const newest = readings.at(-1);
    if (!newest) return [];
    const before = readings.slice(0, -1).map((one) => `${words(one.primary)} ${one.intensity.toFixed(2)} by ${one.scorer}`);
    return [{ title: "Emotion", at: newest.at_ms, emotion: newest, chips: [several ? `“${shortened(text.text)}”` : null],
      note: before.length ? `Read before as ${before.join(", ")}` : null }];
  });
}

const shortened = (text) => ([...text].length > 40 ? `${[...text].slice(0, 40).join("")}…` : text);

function turnSteps(turn) {
  const models = [...turn.models];
  const tools = [...turn.tools];
  const steps = [{ title: "Worker woke, conversation claimed", ms: turn.wait_ms }];
  for (const step of turn.steps) {
    const detail = step.detail ?? {};
    if (step.name === "tool" && tools.length) steps.push(toolStep(tools.shift()));
    else if (step.name === "model" && detail.provider && models.length) steps.push(modelStep(models.shift()));
    else steps.push(plainStep(step, detail, turn));
  }
  steps.push(...models.map(modelStep), ...tools.map(toolStep));
  return steps;
}

/** A step without a record of its own. */
function plainStep(step, detail, turn) {
  const made = { title: TITLES[step.name] ?? words(step.name), ms: Number(step.ms) };
  switch (step.name) {
    case "burst window": return { ...made, title: made.ms < 1 ? "No burst to wait for" : made.title, chips: [detail.messages > 1 ? `${detail.messages} texts read as one` : null] };
    case "read": return { ...made, chips: [detail.language && languageName(detail.language), detail.intent && words(detail.intent), percent(detail.confidence)] };
    case "route": return { ...made, ms: NaN, chips: [percent(detail.confidence), detail.why], to: detail.agent };
    case "mode": return { ...made, ms: NaN, chips: [words(detail.mode ?? ""), detail.topic && words(detail.topic), detail.source && `by the ${detail.source}`] };
    case "handoff": return { ...made, ms: NaN, to: detail.agent };
    case "guard": return { ...made, tone: detail.ok ? "ok" : "warn", chips: detail.ok ? ["every fact is supported"] : ["refused", ...(detail.reasons ?? [])] };
    case "commit": return { ...made, ms: NaN, at: turn.at_ms, tone: "ok" };
    case "escalate": return { ...made, ms: NaN, tone: "warn", chips: [words(detail.reason ?? "")] };
    default: return { ...made, ms: made.ms || NaN, chips: chipsOf(detail), tone: /failed/.test(step.name) ? "warn" : null };
  }
}

const toolStep = (tool) => ({ title: words(tool.name), kind: "tool", ms: tool.ms, tone: tool.ok ? null : "bad", tool });

const modelStep = (model) => ({ title: "Model", ms: model.ms, chips: [model.provider === model.model ? model.model : `${model.provider} · ${model.model}`,
  model.input_tokens ? `${model.input_tokens} + ${model.output_tokens ?? 0} tokens` : null, Number(model.cost) ? `$${Number(model.cost).toFixed(4)}` : null] });

function replySteps(reply, item) {
  const refused = ["dropped", "failed", "unknown"].includes(reply.status);
  const vendor = ["sms", "whatsapp"].includes(item.channel) ? "Twilio" : "the vendor";
  const steps = [];
  if (reply.status === "dropped") return [{ title: "Send gate", tone: "quiet", note: reply.reason, chips: ["not sent"] }];
  if (reply.sent_ms !== null) {
    steps.push({ title: "Send gate", chips: ["may leave"], tone: "ok" });
    steps.push({ title: `Handed to ${vendor}`, at: reply.sent_ms, chips: [reply.segments > 1 ? `${reply.segments} segments` : null] });
  } else steps.push({ title: "In the outbox", tone: "busy", chips: [reply.status], note: reply.reason });
  if (["delivered", "read"].includes(reply.status)) steps.push({ title: words(reply.status), at: reply.updated_ms, tone: "ok" });
  if (refused) steps.push({ title: words(reply.status), tone: "bad", note: reply.reason });
  return steps;
}

function stepRow(step) {
  const chips = (step.chips ?? []).filter(Boolean);
  const when = step.when ? step.when : step.ms !== undefined && !Number.isNaN(step.ms) ? span(step.ms) : step.at !== undefined ? `at ${span(step.at)}` : "";
  return el("li", { class: `step ${step.tone ?? ""} ${step.kind ?? ""}` },
    el("span", { class: "step-top" },
      el("span", { class: "step-what" },
        el("span", { class: "step-title" }, step.title, step.to ? el("span", { class: "to" }, words(step.to)) : null),
        chips.map((one) => el("span", { class: "fact", dir: "auto" }, one))),
      el("time", { class: step.ms > SLOW_MS ? "slow" : "" }, when)),
    step.note ? el("span", { class: "note", dir: "auto" }, step.note) : null,
    step.emotion ? emotionBar(step.emotion) : null,
    step.tool ? toolBox(step.tool) : null);
}

function emotionBar(emotion) {
  const fill = el("i");
  fill.style.setProperty("--fill", `${Math.round(emotion.intensity * 100)}%`);
  const side = emotion.polarity && emotion.polarity !== emotion.primary ? emotion.polarity : null;
  const manager = typeof emotion.escalate === "number" ? `for a manager ${emotion.escalate.toFixed(2)}` : null;
  const more = [side, manager, emotion.scorer].filter(Boolean).join(" · ");
  return el("span", { class: `emotion ${emotion.primary}` },
    el("span", { class: "emotion-name" }, `${FACES[emotion.primary] ?? ""} ${words(emotion.primary)}`),
    el("span", { class: "meter", role: "img", "aria-label": `intensity ${emotion.intensity.toFixed(2)}` }, fill),
    el("span", { class: "emotion-numbers" }, emotion.intensity.toFixed(2), el("small", {}, ` ${percent(emotion.confidence)}`)),
    more ? el("small", { class: "emotion-more" }, more) : null);
}

function toolBox(tool) {
  return el("details", { class: "tool-box" },
    el("summary", {}, el("span", { class: "call", dir: "auto" }, brief(tool.arguments)), el("span", { class: "gives", dir: "auto" }, tool.ok ? brief(tool.result) : "failed")),
    el("pre", { tabindex: "0" }, `${JSON.stringify(tool.arguments, null, 2)}\n\n→ ${JSON.stringify(tool.result, null, 2)}`));
}

/** The first few plain values of an object, in one line. */
function brief(value) {
  if (value === null || typeof value !== "object") return String(value);
  const plain = Object.entries(value).filter(([, one]) => one !== null && one !== "" && one !== false);
  plain.sort(([, a], [, b]) => (typeof a === "object") - (typeof b === "object"));
  const parts = plain.slice(0, 4).map(([name, one]) => {
    const label = name.replaceAll("_", " ");
    if (one === true) return label;
    return typeof one === "object" ? `${label} ${inside(one)}` : `${label} ${one}`;
  });
  return parts.join(", ") || "nothing";
}

/** What a nested value holds, while that is short; else how much it is. */
function inside(value) {
  const items = Array.isArray(value) ? value : [value];
  const flat = items.map((item) => (item && typeof item === "object" ? Object.values(item).filter((one) => typeof one !== "object").join(" ") : String(item)));
  const text = flat.join(", ");
  return text.length <= 48 ? `(${text})` : `(${items.length})`;
}

function chipsOf(detail) {
  return Object.entries(detail).filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && !value.length))
    .slice(0, 6).map(([name, value]) => chip(name, value));
}

function chip(name, value) {
  if (/confidence|probability/.test(name) && typeof value === "number") return percent(value);
  if (/^lang/.test(name)) return languageName(String(value));
  if (/^(intent|agent|verdict|provider|model|outcome)$/.test(name)) return words(value);
  if (value === true) return words(name);
  if (Array.isArray(value)) return `${words(name)}: ${value.every((one) => typeof one !== "object") ? value.join(", ") : value.length}`;
  if (typeof value === "object") return `${words(name)}: ${brief(value)}`;
  return `${words(name)}: ${typeof value === "number" ? Number(value.toFixed(2)) : value}`;
}

const percent = (value) => (typeof value === "number" ? `${Math.round(value * 100)} % sure` : null);

function languageName(code) {
  try { return new Intl.DisplayNames(["en"], { type: "language" }).of(code) ?? code; } catch { return code; }
}
