/* What is booked: a card each, with the time a hold has left, and the one button that staff need. */

import { el, post, reconcile } from "./playground-dom.js";

const MINUTE = 60_000;
const STATUS = { confirmed: ["Confirmed", "ok"], changed: ["Changed, confirmed", "ok"], completed: ["Completed", "quiet"],
  cancelled: ["Cancelled", "bad"], lapsed: ["Ran out", "quiet"] };

export function booked(state, changed) {
  const list = document.getElementById("bookings-list");
  const who = document.getElementById("bookings-who");
  const busy = new Set();
  setInterval(changed, 15_000);

  function draw() {
    const all = state.bookings ?? [];
    const rows = all.map((one) => ({ ...one, left: left(one), busy: busy.has(one.code) }));
    who.textContent = all.length ? summary(rows) : "Holds, deposits, chefs";
    keepDeskAtItsEnd(() => reconcile(list, rows.length ? rows : [{ code: "empty", empty: true }], { key: (one) => one.code, build: card, first: true }));
  }

  function card(one) {
    if (one.empty) return el("div", { class: "empty" }, el("p", {}, "Nothing is booked yet"),
      el("small", {}, "Ask for a date on the phone; the slot that is held for you appears here."));
    const [label, tone] = statusOf(one);
    return el("article", { class: `booking ${one.status}`, "aria-label": `Booking ${one.code}` },
      el("p", { class: "booking-top" },
        el("strong", { class: "booking-code" }, one.code), el("span", { class: `outcome ${tone}` }, label),
        one.left ? el("span", { class: `booking-left${one.left.soon ? " soon" : ""}` }, one.left.words) : null),
      el("h3", {}, one.when),
      el("p", { class: "booking-facts" }, [one.customer, `${one.guests} guests`, one.place].filter(Boolean)
        .map((fact) => el("span", { dir: "auto" }, fact))),
      el("p", { class: "booking-facts" }, el("span", { class: "booking-total" }, one.total), el("span", {}, `${one.deposit} deposit`),
        one.money.map((fact) => el("span", {}, fact))),
      chefs(one),
      one.allergies.length ? el("p", { class: "booking-allergies" }, el("strong", {}, "Allergies"),
        one.allergies.map((words) => el("q", { dir: "auto" }, words))) : null,
      one.awaits_deposit && one.status === "held" && !one.left?.over ? button(one) : null);
  }

  function chefs(one) {
    const rows = one.chefs.map((chef) => el("li", {}, el("strong", {}, chef.name),
      chef.reason ? el("span", {}, `${chef.by_hand ? "by hand: " : ""}${chef.reason}`) : null));
    if (one.missing) rows.push(el("li", { class: "missing" }, el("strong", {}, `${one.missing} more ${one.missing > 1 ? "chefs" : "chef"} needed`)));
    return rows.length ? el("ul", { class: "booking-chefs", "aria-label": "Chefs" }, rows) : null;
  }

  function button(one) {
    return el("button", { type: "button", class: "block-button primary", disabled: one.busy,
      title: "What staff do when the deposit has come", on: { click: () => seen(one.code) } }, "Deposit received");
  }

  async function seen(code) {
    busy.add(code);
    changed();
    try { await post("/playground/bookings/deposits", { code }); } catch (error) { state.notice?.(error.message); }
    busy.delete(code);
    changed();
  }

  return { draw };
}

/** The panel takes its height from the desk above it, whose newest post must stay in sight. */
function keepDeskAtItsEnd(change) {
  const posts = document.getElementById("posts");
  const isNear = posts.scrollHeight - posts.clientHeight - posts.scrollTop < 120;
  change();
  if (isNear) posts.scrollTop = posts.scrollHeight;
}

function statusOf(one) {
  if (one.status !== "held") return STATUS[one.status] ?? [one.status, "quiet"];
  if (one.left?.over) return ["Ran out", "quiet"];
  return one.awaits_deposit ? ["Awaits deposit", "warn"] : ["Held", "info"];
}

/** How long a hold still holds, in words; nothing for what is no hold. */
function left(one) {
  if (one.status !== "held" || !one.held_until) return null;
  const ms = new Date(one.held_until) - Date.now();
  if (ms <= 0) return { words: "", over: true };
  const purpose = one.awaits_deposit ? "to pay" : "to decide";
  return { words: `${span(ms)} left ${purpose}`, soon: ms < 5 * MINUTE };
}

function span(ms) {
  const minutes = Math.ceil(ms / MINUTE);
  if (minutes <= 1) return "less than a minute";
  if (minutes < 120) return `${minutes} minutes`;
  return `${Math.floor(minutes / 60)} hours`;
}

function summary(rows) {
  const count = (test, words) => { const number = rows.filter(test).length; return number ? `${number} ${words}` : ""; };
  const isHeld = (one) => one.status === "held" && !one.left?.over;
  return [
    count((one) => isHeld(one) && !one.awaits_deposit, "held"),
    count((one) => isHeld(one) && one.awaits_deposit, "unpaid"),
    count((one) => one.status === "confirmed" || one.status === "changed", "confirmed"),
    count((one) => one.missing, "short of chefs"),
  ].filter(Boolean).join(" · ") || "Nothing ahead";
}
