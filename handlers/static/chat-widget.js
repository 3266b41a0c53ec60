// The chat on a business's site: one script, no dependency, no tracking. Everything lives in a shadow
// root; what anybody wrote is only ever put in as text. Nothing is asked of the service before the
// visitor opens the chat, unless they have written before.
(() => {
  "use strict";
  if (window.conciergeChat) return;
  window.conciergeChat = true;
  const profile = "%PROFILE%";
  const script = document.currentScript || document.querySelector('script[src*="/chat/widget.js"]');
  const service = new URL(script.src).origin;
  const KEY = "concierge-chat", MONTH = 30 * 864e5;
  const NAMES = "open|close|unread|write|send|log|bot|staff|you|writing|sending|sent|seen|kept|refused|offline|team|file|attach|tab".split("|");
  const WORDS = {
    en: "Open chat|Close chat|unread|Message|Send|Messages|Assistant|Team|You|is writing|Sending…|Sent|Seen|Not sent yet. Trying again…|This could not be sent.|No connection. Your words are kept and sent later.|Our team answers you here.|File|Add a photo or file|opens a new tab",
    es: "Abrir chat|Cerrar chat|sin leer|Mensaje|Enviar|Mensajes|Asistente|Equipo|Usted|está escribiendo|Enviando…|Enviado|Visto|Aún no se ha enviado. Reintentando…|No se pudo enviar.|Sin conexión. Lo que escriba se guarda y se envía después.|Nuestro equipo le responde aquí.|Archivo|Añadir foto o archivo|se abre en otra pestaña",
    zh: "打开聊天|关闭聊天|条未读|输入消息|发送|消息|助手|工作人员|您|正在输入|发送中…|已发送|已读|尚未发送，正在重试…|无法发送。|没有网络。您写的内容会保留，稍后发送。|我们的工作人员正在这里为您服务。|文件|添加照片或文件|在新标签页打开",
  };
  const wanted = [document.documentElement.lang, ...(navigator.languages || [])].map((l) => l.slice(0, 2).toLowerCase());
  const lang = wanted.find((l) => WORDS[l] && profile.title[l]) || profile.home;
  const words = (WORDS[lang] || WORDS.en).split("|");
  const t = Object.fromEntries(NAMES.map((name, at) => [name, words[at]]));
  const said = (texts) => texts[lang] || texts[profile.home];

  // ── What the browser keeps ────────────────────────────────────────────────────────────────
  // A storage that is barred or full would give back less than was put in: then this page remembers.
  let memory = {}, isKept = true;
  const load = () => { if (isKept) try { memory = JSON.parse(localStorage.getItem(KEY)) || {}; } catch { /* Barred. */ } return memory; };
  const save = (changes) => { memory = { ...load(), ...changes }; try { localStorage.setItem(KEY, JSON.stringify(memory)); isKept = true; } catch { isKept = false; } };
  const flag = (value) => { try { if (value === undefined) return sessionStorage.getItem(KEY); sessionStorage.setItem(KEY, value); } catch { return ""; } };

  // ── What is seen ──────────────────────────────────────────────────────────────────────────
  const el = (name, attributes = {}, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const svg = (path) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "path");
    for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true" })) made.setAttribute(key, value);
    drawn.setAttribute("d", path);
    made.append(drawn);
    return made;
  };
  const style = new CSSStyleSheet();
  style.replaceSync(`
:host{all:initial!important;position:fixed!important;z-index:2147483000!important;inset:auto 0 0 auto!important}
*{box-sizing:border-box;margin:0}
[hidden]{display:none!important}
.root{--c:${profile.colour};--paper:#fff;--ink:#1f1d1b;--soft:#6b645e;--theirs:#f3efeb;--line:#e0d9d2;--warn:#7c2d12;--warnbg:#fff1e6;font:16px/1.45 system-ui,sans-serif;color:var(--ink);color-scheme:light dark;overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){.root{--paper:#1c1a18;--ink:#f4f1ee;--soft:#b3aaa2;--theirs:#2e2a27;--line:#47413c;--warn:#fed7aa;--warnbg:#43200f}}
button,textarea{font:inherit;color:inherit}
button{cursor:pointer;border:0;background:none;padding:0}
:focus-visible{outline:3px solid var(--ink);outline-offset:2px;box-shadow:0 0 0 2px var(--paper)}
textarea:focus-visible{outline-width:2px;outline-offset:-1px;box-shadow:none}
svg{width:26px;height:26px;fill:currentColor;display:block}
.launch{position:fixed;bottom:calc(20px + env(safe-area-inset-bottom));${profile.side}:20px;width:60px;height:60px;border-radius:50%;background:var(--c);color:#fff;display:grid;place-items:center;box-shadow:0 4px 18px #0005}
.badge{position:absolute;top:-4px;right:-4px;min-width:24px;height:24px;padding:0 6px;border-radius:12px;background:#1f1d1b;color:#fff;border:2px solid #fff;font-size:13px;font-weight:700;line-height:20px;text-align:center}
.panel{position:fixed;bottom:calc(92px + env(safe-area-inset-bottom));${profile.side}:20px;width:min(384px,calc(100vw - 40px));height:min(620px,calc(100dvh - 112px));display:flex;flex-direction:column;background:var(--paper);border:1px solid var(--line);border-radius:16px;box-shadow:0 12px 40px #0004;overflow:hidden}
.head{display:flex;align-items:center;gap:12px;background:var(--c);color:#fff;padding:10px 8px 10px 18px}
.head h2{flex:1;font-size:17px;font-weight:650;line-height:1.3}
.head button{width:44px;height:44px;display:grid;place-items:center;border-radius:50%}
.head button:focus-visible{outline-color:#fff;outline-offset:-4px;box-shadow:none}
.note{background:var(--warnbg);color:var(--warn);padding:8px 18px;font-size:14px}
.log{flex:1;overflow-y:auto;overscroll-behavior:contain;padding:16px;display:flex;flex-direction:column;gap:4px}
.log:focus-visible{outline-offset:-3px;box-shadow:none}
.row{max-width:86%;align-self:flex-start;display:flex;flex-direction:column;align-items:flex-start}
.row.you{align-self:flex-end;align-items:flex-end}
.who{font-size:13px;color:var(--soft);margin:8px 4px 2px}
.text{padding:9px 14px;border-radius:16px;background:var(--theirs);white-space:pre-wrap}
.you .text{background:var(--c);color:#fff}
.text a{color:inherit;text-decoration:underline;text-underline-offset:2px}
.piece .text::after{content:" ▍";color:var(--soft);animation:blink 1s infinite}
.how{font-size:13px;color:var(--soft);margin:2px 4px}
.choices{display:flex;flex-wrap:wrap;gap:8px;margin:6px 0 4px}
.choices button{min-height:40px;padding:6px 14px;border:1.5px solid currentColor;border-radius:20px;text-align:start}
.dots{display:flex;gap:5px;padding:13px 16px}
.dots i{width:7px;height:7px;border-radius:50%;background:var(--soft);animation:blink 1.2s infinite}
.dots i:nth-child(2){animation-delay:.2s}.dots i:nth-child(3){animation-delay:.4s}
@keyframes blink{50%{opacity:.25}}
form{display:flex;align-items:flex-end;gap:8px;padding:10px 12px calc(10px + env(safe-area-inset-bottom));border-top:1px solid var(--line)}
textarea{flex:1;min-width:0;resize:none;max-height:140px;min-height:44px;padding:10px 14px;border:1px solid var(--soft);border-radius:22px;background:var(--paper);line-height:22px}
textarea::placeholder{color:var(--soft);opacity:1}
form button{flex:none;width:44px;height:44px;border-radius:50%;background:var(--c);color:#fff;display:grid;place-items:center}
form .attach{background:none;color:var(--soft);margin-inline-end:-6px}
form button[aria-disabled=true]{background:var(--theirs);color:var(--soft);cursor:default}
.hear{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media(max-width:480px),(max-height:440px){.panel{inset:0;width:100%;height:100dvh;border:0;border-radius:0}.panel:not([hidden])~.launch{visibility:hidden}}
@media(prefers-reduced-motion:reduce){*{animation:none!important}}
@media(forced-colors:active){.text,.launch,form button{border:1px solid}}`);
  const title = el("h2", { id: "title" }, said(profile.title));
  const close = el("button", { "aria-label": t.close }, svg("M6.4 5 5 6.4 10.6 12 5 17.6 6.4 19 12 13.4 17.6 19 19 17.6 13.4 12 19 6.4 17.6 5 12 10.6z"));
  const note = el("p", { class: "note", role: "status" });
  const log = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": t.log, tabindex: "0" });
  const box = el("textarea", { rows: "1", maxlength: "4000", dir: "auto", "aria-label": t.write, placeholder: t.write, enterkeyhint: "send", autocomplete: "off" });
  const send = el("button", { type: "submit", "aria-label": t.send, "aria-disabled": "true" }, svg("M3 20.5 21.5 12 3 3.5V10l12 2-12 2z"));
  const file = el("input", { type: "file", hidden: "", accept: "image/*,application/pdf" });
  const attach = el("button", { type: "button", class: "attach", "aria-label": t.attach }, svg("M16.5 6v11.5a4 4 0 0 1-8 0V5a2.5 2.5 0 0 1 5 0v10.5a1 1 0 0 1-2 0V6H10v9.5a2.5 2.5 0 0 0 5 0V5a4 4 0 0 0-8 0v12.5a5.5 5.5 0 0 0 11 0V6z"));
  const form = el("form", {}, attach, file, box, send);
  const panel = el("div", { class: "panel", role: "dialog", "aria-labelledby": "title", hidden: "" }, el("div", { class: "head" }, title, close), note, log, form);
  const badge = el("span", { class: "badge", "aria-hidden": "true", hidden: "" });
  const launch = el("button", { class: "launch", "aria-haspopup": "dialog", "aria-expanded": "false" }, svg("M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V5c0-1.1.9-2 2-2z"), badge);
  const root = el("div", { class: "root", lang, dir: "ltr" }, panel, launch);
  const host = el("div", { id: KEY });
  const shadow = host.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [style];
  shadow.append(root);

  // ── The conversation ──────────────────────────────────────────────────────────────────────
  const rows = new Map();
  let pieceText = "", state = { waiting: false, with: "bot" }, trouble = "", pieceEnds;
  const isOpen = () => !panel.hidden;
  const pending = () => load().pending || [];
  const URLS = new RegExp("(https?://[^\\s<>\"'，。！？；）」]+)");
  const texts = (text) => text.split(URLS).map((part, at) => {
    if (at % 2 === 0) return part;
    const [, url, rest] = part.match(/^(.*?)([.,!?;:)]*)$/);
    const link = el("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, url.length > 60 ? `${url.slice(0, 50)}…` : url, el("span", { class: "hear" }, ` (${t.tab})`));
    const both = document.createDocumentFragment();
    both.append(link, rest);
    return both;
  });
  const bubble = (kind, who, ...inside) => el("div", { class: `row ${kind}` }, el("span", { class: who.shown ? "who" : "hear" }, `${who.name}${who.shown ? "" : ": "}`), ...inside);
  const text = (words) => el("div", { class: "text", dir: "auto" }, ...texts(words));
  const drawn = new Map();
  const listed = () => {
    const known = [...rows.values()].sort((a, b) => a.seq - b.seq);
    const own = new Set(known.map((row) => row.own));
    return [...known, ...pending().filter((p) => !own.has(p.id)).map((p) => ({ id: p.id, own: p.id, from: "you", text: p.text, state: trouble ? "kept" : "sending" }))];
  };
  // A row is drawn anew only when it changed: a screen reader then hears each message once.
  const draw = () => {
    const list = [{ id: "greeting", from: "bot", text: said(profile.greeting) }, ...listed()];
    const lastOwn = list.findLast((row) => row.from === "you");
    const last = list.at(-1);
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    const shown = list.map((row, at) => {
      const name = row.from === "you" ? t.you : row.name || t[row.from];
      const isNew = row.from !== "you" && (row.from !== list[at - 1]?.from || row.name !== list[at - 1]?.name);
      const how = row === lastOwn || row.state === "refused" ? t[row.state] || "" : "";
      const choices = row === last && row.choices ? row.choices : [];
      const key = row.own || row.id, print = JSON.stringify([row.text, isNew, choices, name, row.files]);
      let found = drawn.get(key);
      if (found?.print !== print) {
        const files = (row.files || []).map((file) => el(file.url ? "a" : "span", file.url ? { href: file.url, target: "_blank", rel: "noopener" } : {}, `📎 ${file.name || t.file} `));
        const words = text(row.text);
        words.append(...files);
        const made = bubble(row.from, { name, shown: isNew }, words, el("span", { class: "how" }));
        if (choices.length) made.append(el("div", { class: "choices" }, ...choices.map((c) => {
          const button = el("button", {}, c);
          button.onclick = () => { write(c); box.focus(); };
          return button;
        })));
        found = { print, made };
        drawn.set(key, found);
      }
      const line = found.made.querySelector(".how");
      if (line.textContent !== how) line.textContent = how;
      return found.made;
    });
    if (state.waiting && state.with === "bot") shown.push(pieceText ? piece() : dots);
    else if (pieceText) shown.push(piece());
    shown.forEach((made, at) => { if (log.children[at] !== made) log.insertBefore(made, log.children[at] || null); });
    while (log.children.length > shown.length) log.lastChild.remove();
    if (atEnd) log.scrollTop = log.scrollHeight;
    const notice = !navigator.onLine ? t.offline : trouble || (state.with === "staff" ? t.team : "");
    if (note.textContent !== notice) note.textContent = notice;
    note.hidden = !notice;
    count();
  };
  const dots = bubble("bot", { name: `${t.bot} ${t.writing}` }, el("div", { class: "text dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")));
  const pieceRow = bubble("bot piece", { name: t.bot }, el("div", { class: "text", dir: "auto" }));
  // Heard once, when it is said.
  pieceRow.setAttribute("aria-hidden", "true");
  const piece = () => { pieceRow.lastChild.textContent = pieceText; return pieceRow; };
  const unread = () => [...rows.values()].filter((row) => row.from !== "you" && row.state !== "read");
  const count = () => {
    const number = isOpen() ? 0 : unread().length;
    badge.hidden = !number;
    badge.textContent = number > 9 ? "9+" : number;
    launch.setAttribute("aria-label", isOpen() ? t.close : number ? `${t.open}, ${number} ${t.unread}` : t.open);
    launch.setAttribute("aria-expanded", String(isOpen()));
  };

  // ── The service ───────────────────────────────────────────────────────────────────────────
  // Nothing is waited for for ever: a request that hangs would keep all later ones back.
  const asking = new Set();
  const call = (path, options = {}, stop = new AbortController(), lasts = 15e3) => {
    const late = setTimeout(() => stop.abort(), lasts);
    asking.add(stop);
    return fetch(service + path, {
      credentials: "include", signal: stop.signal, ...options,
      headers: { ...(options.body ? { "Content-Type": "application/json" } : {}), ...(load().token ? { Authorization: `Bearer ${memory.token}` } : {}), ...options.headers },
    }).finally(() => { clearTimeout(late); asking.delete(stop); });
  };
  const post = (path, content) => call(path, { method: "POST", body: JSON.stringify(content) });
  let met;
  const visit = () => (met ||= begin().catch((error) => { met = null; throw error; }));
  const begin = async () => {
    let asks = !!load().token, said = {};
    // A cookie that does not come back is blocked: then the page keeps a token itself.
    for (let turn = 0; turn < 2 && !said.cookie && !said.token; turn++, asks = true) {
      const answer = await post("/chat/session", { token: asks });
      if (!answer.ok) throw answer;
      said = await answer.json();
    }
    if (said.token) save({ token: said.token });
  };
  const visited = async (ask) => {
    await visit();
    const answer = await ask();
    if (answer.status !== 401) return answer;
    met = null; save({ token: undefined });
    await visit();
    return ask();
  };
  let sending, tries = 0, retry;
  const flush = async () => {
    clearTimeout(retry);
    if (sending) return;
    sending = true;
    try {
      for (let next; (next = pending()[0]);) {
        const answer = await visited(() => post("/chat/messages", next));
        if (answer.ok) { save({ used: Date.now() }); keep(next, "sent"); }
        else if (answer.status === 400 || answer.status === 413) keep(next, "refused");
        else throw answer;
        tries = 0; trouble = "";
        draw();
      }
    } catch (error) {
      trouble = t.kept;
      const asked = Number(error.headers?.get?.("Retry-After")) || 0;
      retry = setTimeout(flush, Math.min(6e4, Math.max(asked * 1e3, 1e3 * 2 ** tries++)) * (1 + Math.random() / 4));
      draw();
    } finally { sending = false; }
  };
  // Shown so until the stream, which is the record, says it.
  const keep = (own, state) => {
    save({ pending: pending().filter((p) => p.id !== own.id) });
    if (![...rows.values()].some((row) => row.own === own.id)) rows.set(own.id, { id: own.id, own: own.id, seq: 1e15, from: "you", text: own.text, state });
  };
  const write = (words) => {
    if (!words.trim()) return;
    save({ pending: [...pending(), { id: uuid(), text: words.trim().slice(0, 4000), page: location.href.split(/[?#]/)[0].slice(0, 500), language: lang }] });
    draw();
    log.scrollTop = log.scrollHeight;
    wake();
  };
  const uuid = () => {
    const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
  };
  let told;
  const acknowledge = () => {
    clearTimeout(told);
    told = setTimeout(() => {
      const looks = isOpen() && document.visibilityState === "visible";
      const ids = unread().filter((row) => looks || row.state === "sent").map((row) => row.id).slice(-100);
      if (ids.length) visited(() => post("/chat/receipts", { [looks ? "read" : "delivered"]: ids })).catch(() => {});
    }, 200);
  };
  let watching, last = "", pause = 0, again;
  const on = {
    message(row) {
      for (const [key, kept] of rows) if (row.own && kept.own === row.own) rows.delete(key);
      if (row.own) save({ pending: pending().filter((p) => p.id !== row.own) });
      if (row.from !== "you") pieceText = "";
      rows.set(row.id, row);
    },
    states(moved) { for (const [id, now] of Object.entries(moved)) if (rows.has(id)) rows.get(id).state = now; },
    state(now) {
      state = now;
      clearTimeout(pieceEnds);
      if (now.with === "staff") pieceText = "";
      // The reply itself follows its making in a moment; if it does not, it was not said.
      if (!now.waiting) pieceEnds = setTimeout(() => { pieceText = ""; draw(); }, 4000);
    },
    piece(now) { pieceText = now.text; },
    rest() { pause = Infinity; },
  };
  const read = async (answer, signal) => {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    // A line that says nothing for longer than the service's heartbeat is dead.
    let quiet, left = "";
    const alive = () => { clearTimeout(quiet); quiet = setTimeout(() => reader.cancel(), 5e4); };
    try {
      for (alive(); !signal.aborted;) {
        const { value, done } = await reader.read();
        if (done) return;
        alive();
        const events = (left + value).split("\n\n");
        left = events.pop();
        for (const one of events) {
          const fields = Object.fromEntries(one.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
          if (fields.event && on[fields.event]) on[fields.event](JSON.parse(fields.data));
          if (fields.id) last = fields.id;
        }
        draw();
        acknowledge();
      }
    } finally { clearTimeout(quiet); }
  };
  const watch = async () => {
    if (watching) return;
    clearTimeout(again);
    const stop = (watching = new AbortController());
    try {
      const answer = await visited(() => call("/chat/events", { headers: last ? { "Last-Event-ID": last } : {} }, stop));
      if (answer.status === 403) { pause = Infinity; throw answer; }
      if (!answer.ok) { pause = Math.max(pause, 1e3 * (Number(answer.headers.get("Retry-After")) || 0)); throw answer; }
      pause = 0;
      pieceText = "";
      draw();
      flush();
      await read(answer, stop.signal);
    } catch { /* Tried again below. */ }
    watching = null;
    pause = Math.min(pause * 2 || 500, pause === Infinity ? pause : 3e4);
    draw();
    if (pause < Infinity) again = setTimeout(watch, pause * (1 + Math.random() / 2));
  };
  const wake = () => { if (load().used || isOpen()) { pause = 0; watch(); flush(); acknowledge(); } };

  // ── Hands on it ───────────────────────────────────────────────────────────────────────────
  const full = matchMedia("(max-width:480px),(max-height:440px)");
  const show = (open, focus = true) => {
    panel.hidden = !open;
    flag(open ? "open" : "");
    panel.setAttribute("aria-modal", String(full.matches));
    draw();
    if (focus) (open ? box : launch).focus();
    if (open) { log.scrollTop = log.scrollHeight; pause = 0; watch(); acknowledge(); }
  };
  launch.onclick = () => show(!isOpen());
  close.onclick = () => show(false);
  attach.onclick = () => file.click();
  file.onchange = async () => {
    const [one] = file.files, own = { id: uuid(), text: `📎 ${one.name}` };
    file.value = "";
    keep(own, "sending");
    draw();
    log.scrollTop = log.scrollHeight;
    const answer = await visited(() => call(`/chat/files?id=${own.id}&name=${encodeURIComponent(one.name)}`, { method: "POST", body: one, headers: { "Content-Type": one.type || "application/octet-stream" } }, undefined, 12e4)).catch(() => ({}));
    if (answer.ok) save({ used: Date.now() });
    const row = rows.get(own.id);
    if (row) row.state = answer.ok ? "sent" : "refused";
    draw();
  };
  const size = () => { box.rows = 1; box.rows = Math.max(1, Math.min(5, Math.round((box.scrollHeight - 20) / 22))); send.setAttribute("aria-disabled", String(!box.value.trim())); };
  box.oninput = size;
  form.onsubmit = (event) => { event.preventDefault(); write(box.value); box.value = ""; size(); box.focus(); };
  // 229: Safari ends a composition before it tells of the Enter that ended it.
  box.onkeydown = (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) { event.preventDefault(); form.requestSubmit(); } };
  // The site's own shortcuts are not for what is typed here.
  panel.onkeyup = panel.onkeypress = (event) => event.stopPropagation();
  panel.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Escape") show(false);
    if (event.key !== "Tab" || !full.matches) return;
    const stops = [...panel.querySelectorAll("button,a,textarea,[tabindex]")];
    const [first, end] = [stops[0], stops.at(-1)];
    const leaves = event.shiftKey ? first : end;
    if (shadow.activeElement === leaves) { event.preventDefault(); (event.shiftKey ? end : first).focus(); }
  };
  addEventListener("online", () => { draw(); wake(); });
  addEventListener("offline", () => { watching?.abort(); asking.forEach((stop) => stop.abort()); draw(); });
  addEventListener("focus", wake);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") wake(); });
  addEventListener("storage", (event) => { if (event.key === KEY) { load(); draw(); } });
  const start = () => {
    document.body.append(host);
    if (Date.now() - (load().used || 0) > MONTH) save({ used: undefined, token: undefined });
    draw();
    if (flag() === "open") show(true, false);
    else wake();
  };
  if (document.body) start(); else addEventListener("DOMContentLoaded", start);
})();
