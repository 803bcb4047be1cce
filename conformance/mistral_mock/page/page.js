"use strict";
const KEPT = 300, NEWS_MS = 500, REST_MS = 1500;
const find = (id) => document.getElementById(id);
const rows = new Map();
let since = 0, paused = false, chosen = null, generation = 0;

function make(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

async function call(path, method = "GET", body) {
  const options = { method };
  if (method !== "GET") {
    options.headers = { "content-type": "application/json" };
    if (body !== undefined) options.body = JSON.stringify(body);
  }
  const answer = await fetch(path, options);
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}

function say(text, bad) {
  find("health").textContent = text;
  find("health").classList.toggle("bad", bad);
}

function count(tab, number) {
  find(`tab-${tab}`).querySelector(".count").textContent = number ? `${number}` : "";
}

// A cell whose long names break between their parts.
function cell(value) {
  const made = make("td", undefined, typeof value === "number" ? { class: "number" } : {});
  for (const part of String(value ?? "").split(/(?<=[._/])/)) made.append(part, make("wbr"));
  return made;
}

function fillRow(row, one) {
  const status = one.status ? `${one.status}${one.stream ? " stream" : ""}` : "…";
  const operation = cell(one.operation || `${one.method} ?`);
  operation.append(make("span", `${one.method} ${one.path}${one.model ? ` · ${one.model}` : ""}`, { class: "path" }));
  row.replaceChildren(
    make("td", one.number, { class: "number" }),
    operation,
    make("td", status + (one.status && !one.done ? " …" : ""), { class: one.status >= 400 ? "error" : "ok" }),
    make("td", one.done ? `${(one.duration_s * 1000).toFixed(1)} ms` : "", { class: "wide" }),
    make("td", one.reply || (one.done ? "engine" : ""), { class: "by" }),
  );
  row.dataset.text = `${one.operation} ${one.method} ${one.path} ${status} ${one.reply} ${one.model || ""}`.toLowerCase();
  row.hidden = !fits(row);
}

function fits(row) {
  return row.dataset.text.includes(find("find").value.trim().toLowerCase());
}

function take(news) {
  const body = find("rows"), fresh = document.createDocumentFragment();
  for (const one of news.exchanges) {
    let row = rows.get(one.number);
    if (!row) {
      row = make("tr", undefined, { tabindex: "0", "data-number": one.number });
      rows.set(one.number, row);
      fresh.prepend(row);
    }
    fillRow(row, one);
  }
  body.prepend(fresh);
  while (body.rows.length > KEPT) {
    rows.delete(Number(body.lastElementChild.dataset.number));
    body.lastElementChild.remove();
  }
  const open = news.exchanges.find((one) => !one.done);
  const last = news.exchanges.at(-1);
  if (last) since = open ? open.number - 1 : last.number;
  find("empty").hidden = rows.size > 0;
}

async function loadNews() {
  const mine = generation;
  try {
    if (!paused) {
      const news = await call(`page?since=${since}`);
      if (news.newest < since) forget();
      else if (mine === generation) take(news);
    }
    say(paused ? "paused" : "live", false);
  } catch (error) {
    say(`the mock does not answer (${error.message})`, true);
  }
  setTimeout(loadNews, NEWS_MS);
}

function showTable(place, heads, lines) {
  const table = make("table"), head = make("tr"), body = make("tbody");
  heads.forEach((one) => head.append(make("th", one)));
  lines.forEach((line) => {
    const row = make("tr");
    line.forEach((one) => row.append(cell(one)));
    body.append(row);
  });
  table.append(make("thead"));
  table.tHead.append(head);
  table.append(body);
  const box = make("div", undefined, { class: "scroll" });
  box.append(table);
  place.append(box);
}

function showState(tables) {
  const place = find("state");
  const open = new Set([...place.querySelectorAll("details[open]")].map((one) => one.dataset.kind));
  place.replaceChildren();
  if (!tables.length) place.append(make("p", "The mock holds nothing.", { class: "hint" }));
  for (const table of tables) {
    const details = make("details", undefined, { "data-kind": table.kind });
    details.open = open.has(table.kind);
    details.append(make("summary", `${table.kind} (${table.count})`));
    for (const record of table.records) details.append(make("pre", JSON.stringify(record, null, 1)));
    place.append(details);
  }
  count("state", tables.reduce((sum, one) => sum + one.count, 0));
}

function showReplies(rest) {
  const place = find("replies");
  place.replaceChildren(make("h2", "Replies"));
  if (rest.replies.length) {
    showTable(place, ["Name", "When", "Used"], rest.replies.map((one) => [one.name, JSON.stringify(one.when), one.calls]));
  } else {
    place.append(make("p", "No replies: the engine answers everything.", { class: "hint" }));
  }
  if (rest.misses.length) {
    place.append(make("h2", "Nearest misses"));
    showTable(place, ["Request", "Nearest reply", "Why not"], rest.misses.map((one) => [`${one.operation}: ${one.user}`, one.nearest, one.reason]).reverse());
  }
  if (rest.recordings.length) {
    place.append(make("h2", "Recordings"));
    showTable(place, ["Name", "Used", "Drift from the document"], rest.recordings.map((one) => [one.name, one.uses, (one.drift || []).join("; ")]));
  }
  count("replies", rest.replies.length + rest.recordings.length);
}

function showRest(rest) {
  showState(rest.state);
  showReplies(rest);
  find("now").textContent = rest.clock.now;
  find("mode").textContent = `(${rest.clock.mode} clock)`;
  find("faults").replaceChildren();
  const said = (one) => Object.entries(one).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ");
  if (rest.faults.length) showTable(find("faults"), ["Fault"], rest.faults.map((one) => [said(one)]));
  count("controls", rest.faults.length);
  const coming = find("coming");
  coming.replaceChildren();
  if (rest.coming.length) {
    showTable(coming, ["What was used", "What to do", "Uses"], rest.coming.map((one) => [one.what, one.advice, one.uses]));
  } else {
    coming.append(make("p", "Nothing that was used is going away.", { class: "hint" }));
  }
  count("coming", rest.coming.length);
}

async function loadRest() {
  try {
    showRest(await call("page/rest"));
  } catch {
    // loadNews says so already
  }
}

async function choose(row) {
  chosen?.removeAttribute("aria-selected");
  chosen = row;
  row.setAttribute("aria-selected", "true");
  const detail = find("detail");
  detail.hidden = false;
  document.querySelector(".split").classList.add("open");
  let one;
  try {
    one = await call(`page/exchange?number=${row.dataset.number}`);
  } catch (error) {
    detail.replaceChildren(make("p", `It is no longer there (${error.message})`));
    return;
  }
  const close = make("button", "Close");
  close.addEventListener("click", closeDetail);
  detail.replaceChildren(close, make("h2", `#${one.number} ${one.method} ${one.path}`));
  detail.append(make("p", `${one.operation || "no operation"} → ${one.status ?? "no answer yet"}, answered by ${one.reply || "the engine"}`));
  if (one.undocumented.length) detail.append(make("p", `Not in the document, but sent by a published SDK: ${one.undocumented.join(", ")}`));
  const parts = { Query: one.query, "Request headers": one.headers, "Request body": one.body, Files: one.files, "Answer headers": one.answer_headers, Answer: one.answer ?? one.text };
  for (const [name, value] of Object.entries(parts)) {
    if (value === null || value === "" || (typeof value === "object" && !Object.keys(value).length)) continue;
    const details = make("details");
    details.open = !name.endsWith("headers");
    details.append(make("summary", name));
    const many = name === "Answer" && Array.isArray(value);
    const text = many ? value.map((each) => JSON.stringify(each)).join("\n") : typeof value === "string" ? value : JSON.stringify(value, null, 1);
    details.append(make("pre", text));
    detail.append(details);
  }
  detail.focus({ preventScroll: matchMedia("(min-width: 900px)").matches });
}

function closeDetail() {
  find("detail").hidden = true;
  document.querySelector(".split").classList.remove("open");
  chosen?.removeAttribute("aria-selected");
  chosen?.focus();
}

function forget() {
  generation += 1;
  since = 0;
  rows.clear();
  find("rows").replaceChildren();
  find("empty").hidden = false;
  find("detail").hidden = true;
}

async function act(work) {
  find("told").textContent = "";
  try {
    await work();
  } catch (error) {
    find("told").textContent = error.message;
  }
  loadRest();
}

const tabs = [...document.querySelectorAll("[role=tab]")];
function select(tab) {
  for (const one of tabs) {
    const on = one === tab;
    one.setAttribute("aria-selected", String(on));
    one.tabIndex = on ? 0 : -1;
    find(one.getAttribute("aria-controls")).hidden = !on;
  }
  tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  history.replaceState(null, "", `#${tab.getAttribute("aria-controls")}`);
}
tabs.forEach((tab, number) => {
  tab.addEventListener("click", () => select(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(number + step + tabs.length) % tabs.length];
    select(next);
    next.focus();
  });
});
select(tabs.find((one) => `#${one.getAttribute("aria-controls")}` === location.hash) || tabs[0]);

find("rows").addEventListener("click", (event) => choose(event.target.closest("tr")));
find("rows").addEventListener("keydown", (event) => {
  const row = event.target.closest("tr");
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    choose(row);
  }
  const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
  if (next) {
    event.preventDefault();
    next.focus();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !find("detail").hidden) closeDetail();
});
find("find").addEventListener("input", () => { for (const row of rows.values()) row.hidden = !fits(row); });
find("pause").addEventListener("click", () => {
  paused = !paused;
  find("pause").setAttribute("aria-pressed", String(paused));
  find("pause").textContent = paused ? "Go on" : "Pause";
});
find("clear").addEventListener("click", () => act(async () => { await call("requests", "DELETE"); forget(); }));
find("advance").addEventListener("click", (event) => {
  const seconds = Number(event.target.dataset.s);
  if (seconds) act(() => call("clock", "POST", { advance_s: seconds }));
});
find("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  const given = new FormData(event.target);
  act(() => call("faults", "POST", { operation: given.get("operation"), status: Number(given.get("status")), times: Number(given.get("times")) }));
});
find("no-faults").addEventListener("click", () => act(() => call("faults", "DELETE")));
find("reset").addEventListener("click", () => {
  if (confirm("Forget everything that the mock holds?")) act(async () => { await call("reset", "POST"); forget(); });
});
loadNews();
loadRest();
setInterval(() => { if (!paused && !document.hidden) loadRest(); }, REST_MS);
