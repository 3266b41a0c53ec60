/* Small means to build and keep the page. All text goes in as text, never as markup. */

/** An element with properties, and children that are nodes or strings. */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** Make the container hold exactly these items, touching only nodes whose item has changed. */
export function reconcile(container, items, { key, build, first = false }) {
  const kept = container._kept ?? new Map();
  const next = new Map();
  let before = null;
  for (const item of items) {
    const id = key(item);
    const sign = JSON.stringify(item);
    let entry = kept.get(id);
    if (!entry || entry.sign !== sign) {
      const node = build(item, entry?.node);
      if (!entry && kept.size && !first) node.classList.add("is-new");
      if (entry) entry.node.replaceWith(node);
      entry = { sign, node };
    }
    const place = before ? before.nextSibling : container.firstChild;
    if (place !== entry.node) container.insertBefore(entry.node, place);
    before = entry.node;
    next.set(id, entry);
  }
  for (const [id, entry] of kept) if (!next.has(id)) entry.node.remove();
  container._kept = next;
}

/** Arrow keys, Home and End move between the tabs of a list; only the chosen one is in tab order. */
export function tabs(list, choose) {
  list.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll('[role="tab"]')].filter((tab) => tab.offsetParent);
    const at = all.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    let to = null;
    if (at < 0) return;
    if (step) to = all[(at + step + all.length) % all.length];
    if (event.key === "Home") to = all[0];
    if (event.key === "End") to = all[all.length - 1];
    if (!to) return;
    event.preventDefault();
    choose(to);
    [...list.querySelectorAll('[role="tab"]')].find((tab) => tab.getAttribute("aria-selected") === "true")?.focus();
  });
  list.addEventListener("click", (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (tab) choose(tab);
  });
}

/** Mark the chosen tab. */
export function mark(list, isChosen) {
  for (const tab of list.querySelectorAll('[role="tab"]')) {
    const chosen = isChosen(tab);
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
}

const SVG = "http://www.w3.org/2000/svg";

/** A line icon from path data. */
export function icon(paths, label = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon-line");
  svg.setAttribute(label ? "aria-label" : "aria-hidden", label || "true");
  for (const data of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", data);
    svg.append(path);
  }
  return svg;
}

export const ICONS = {
  sun: ["M12 4V2M12 22v-2M4 12H2M22 12h-2M5.600 5.600 4.200 4.200M19.800 19.800l-1.400-1.400M5.600 18.400l-1.400 1.400M19.800 4.200l-1.400 1.400", "M12 16.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9Z"],
  moon: ["M20.500 14.200A8.500 8.500 0 0 1 9.800 3.500a8.500 8.500 0 1 0 10.700 10.700Z"],
  clip: ["m20 11.500-8.300 8.300a5 5 0 0 1-7.100-7.100l8.700-8.700a3.400 3.400 0 0 1 4.800 4.800l-8.700 8.700a1.700 1.700 0 0 1-2.400-2.400l7.800-7.800"],
  send: ["M12 19V5", "M5.500 11.500 12 5l6.500 6.500"],
  tick: ["m3.500 12.500 5 5L18 7"],
  ticks: ["m1.500 12.500 5 5L15 7", "m10.500 16 1.500 1.500L21.500 7"],
  alert: ["M12 8v5", "M12 16.500v.1", "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z"],
};

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "short", day: "numeric" });

export const timeOf = (iso) => clock.format(new Date(iso));

export function dayOf(iso) {
  const then = new Date(iso);
  return then.toDateString() === new Date().toDateString() ? "Today" : day.format(then);
}

/** Milliseconds in as few letters as say enough. */
export function span(ms) {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return "";
  if (Math.abs(ms) < 1) return "<1 ms";
  if (Math.abs(ms) < 1000) return `${Math.round(ms)} ms`;
  if (Math.abs(ms) < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** A word or id of the service, as a person reads it. */
export const words = (name) => {
  const text = String(name).replace(/[._-]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** Keep a scrolled list at its newest item while it is near it: at its end, or at that item's top. */
export function stick(container, change, { atTop = false } = {}) {
  const goal = () => (atTop && container.lastElementChild
    ? container.lastElementChild.offsetTop - container.offsetTop - 12 : container.scrollHeight);
  const near = Math.min(goal(), container.scrollHeight - container.clientHeight) - container.scrollTop < 120;
  change();
  if (near || container.dataset.fresh !== "no") container.scrollTop = goal();
  container.dataset.fresh = "no";
}

const FILE_MAX_BYTES = 500_000;

/** A chosen file as the playground takes it; throws with words a person can read. */
export async function readFile(file) {
  if (file.size > FILE_MAX_BYTES) throw new Error("the file is larger than 500 kB");
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return { name: file.name, type: file.type || "application/octet-stream", content: btoa(text) };
}

/** A picture that is shown, or a link to any other file. */
export function drawFile({ source, type, name, alt = "" }) {
  if (!type?.startsWith("image/")) return el("a", { class: "file", href: source, download: name }, name);
  const picture = el("img", { class: "picture", src: source, alt: alt || name, loading: "lazy" });
  picture.addEventListener("error", () => picture.replaceWith(el("span", { class: "file" }, `${name} is gone`)));
  return picture;
}

/** A clip that chooses one file, or lets go of it; `chosen` is called with it or with null. */
export function clip(chosen, kept = null) {
  let file = kept;
  const field = el("input", { type: "file" });
  const button = el("button", { type: "button", class: "clip" }, icon(ICONS.clip));
  const draw = () => {
    button.setAttribute("aria-pressed", String(!!file));
    button.setAttribute("aria-label", file ? `Attached: ${file.name}. Take it off` : "Attach a file");
    button.title = button.getAttribute("aria-label");
  };
  const take = (one) => { file = one; draw(); chosen(file); };
  const drop = () => { field.value = ""; take(null); };
  field.addEventListener("change", () => take(field.files[0] ?? null));
  button.addEventListener("click", () => (file ? drop() : field.click()));
  draw();
  return { button, drop };
}

/** Post JSON; throws with words a person can read. */
export async function post(path, content) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(content),
    });
  } catch {
    throw new Error("The service cannot be reached.");
  }
  if (!response.ok) throw new Error((await response.text()) || `The service answered ${response.status}.`);
  return response.json();
}
