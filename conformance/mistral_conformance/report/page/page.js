"use strict";
// Everything from the server under test goes through textContent: never through markup.
let parsed;
function data() {
  // Thousands of cases take a while to read: not before somebody asks for one.
  parsed ??= JSON.parse(document.getElementById("data").textContent);
  return parsed;
}
const panel = document.getElementById("panel");
const body = document.getElementById("panel-body");
const title = document.getElementById("panel-title");
const ORDER = ["fail", "flaky", "error", "blocked", "skip", "not-offered", "pass"];

function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

function pretty(part) {
  if (!part.content) return "";
  if (part.encoding === "base64") return `${part.size} bytes, base64\n${part.content}`;
  const end = part.cut ? `\n... cut, ${part.size} bytes in all` : "";
  try {
    return JSON.stringify(JSON.parse(part.content), null, 2) + end;
  } catch {
    return part.content + end;
  }
}

function message(head, headers, part) {
  const lines = [head, ...headers.map(([name, value]) => `${name}: ${value}`)];
  const content = pretty(part);
  return lines.join("\n") + (content ? `\n\n${content}` : "");
}

function half(name, text) {
  const side = make("div");
  side.append(make("h4", "", name), make("pre", "", text));
  return side;
}

async function copy(button) {
  const text = button.parentElement.querySelector("pre");
  getSelection().selectAllChildren(text);
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Selected"; // no clipboard here: the text is selected, ready to be copied
  }
}

function curl(line) {
  const box = make("div", "curl");
  const button = make("button", "copy", "Copy");
  button.type = "button";
  box.append(make("h4", "", "Send it again"), make("pre", "", line), button);
  return box;
}

function evidence(exchange, open) {
  const { request, response } = exchange;
  const details = make("details");
  details.open = open;
  const summary = make("summary");
  const answer = response ? String(response.status) : "no answer";
  summary.append(make("b", "", `${request.method} → ${answer}`));
  summary.append(` as ${exchange.identity}, request ${exchange.number}, ${(exchange.elapsed_s * 1000).toFixed(0)} ms`);
  const pair = make("div", "pair");
  pair.append(half("Request", message(`${request.method} ${request.url}`, request.headers, request.body)));
  pair.append(half("Answer", response ? message(`HTTP ${response.status}`, response.headers, response.body) : exchange.failure));
  details.append(summary, pair, curl(exchange.curl));
  return details;
}

function rule(result) {
  const weak = result.level === "MUST" ? "" : " weak";
  const box = make("article", `rule ${result.status}${weak}`);
  const head = make("h3");
  head.append(make("span", `chip ${result.status}`, result.status), make("span", `chip level-${result.level}`, result.level), result.name);
  box.append(head, make("p", "sentence", result.sentence));
  if (result.reason) box.append(make("p", "reason", result.reason));
  box.append(make("p", "source", `Source: ${result.source}. Operations: ${result.operations.join(", ")}.`));
  if (result.reproduce) box.append(make("p", "source", `Again: sh ${result.reproduce}`));
  const broken = ORDER.indexOf(result.status) < 3;
  result.evidence.forEach((number, index) => box.append(evidence(data().exchanges[number], broken && index === 0)));
  return box;
}

const MOST = 200;
function open(kicker, words, results, address) {
  results.sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  document.getElementById("panel-kicker").textContent = `${kicker}: ${results.length} case${results.length === 1 ? "" : "s"}`;
  title.textContent = words;
  body.replaceChildren(...results.slice(0, MOST).map(rule));
  if (results.length > MOST) body.append(make("p", "hint", `${results.length - MOST} more are in report.json.`));
  panel.showModal();
  panel.scrollTop = 0;
  title.focus();
  history.replaceState(null, "", `#${address}`);
}

function show(operation, family) {
  const results = data().rules.filter((each) => each.family === family && each.operations.includes(operation));
  open(family, operation, results, `${family}/${operation}`);
}

function showCause(id) {
  const words = document.querySelector(`[id="${CSS.escape(id)}"] .reason`).textContent;
  open(id, words, data().rules.filter((each) => each.cause === id), `cases=${id}`);
}

function showCase(name) {
  const found = data().rules.filter((each) => each.name === name);
  if (found.length) open("case", name, found, `case=${encodeURIComponent(name)}`);
}

function follow() {
  const address = decodeURIComponent(location.hash.slice(1));
  const target = address && document.getElementById(address);
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
    return target.querySelector("summary").focus();
  }
  if (!address || target) return;
  if (address.startsWith("case=")) return showCase(address.slice(5));
  if (address.startsWith("cases=")) return showCause(address.slice(6));
  const [family, operation] = address.split("/");
  if (data().rules.some((each) => each.family === family && each.operations.includes(operation))) show(operation, family);
}

function move(button, rows, columns) {
  const cell = button.closest("td");
  const lines = [...document.querySelectorAll("tbody tr.op")];
  let line = lines.indexOf(cell.parentElement);
  let column = cell.cellIndex;
  do {
    line += rows;
    column += columns;
    const found = lines[line]?.cells[column]?.querySelector("button");
    if (found) return found.focus();
  } while (lines[line]?.cells[column]);
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const cells = document.getElementById("cells");
cells.addEventListener("keydown", (event) => {
  const button = event.target.closest("button");
  if (button && STEPS[event.key]) {
    event.preventDefault();
    move(button, ...STEPS[event.key]);
  }
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.classList.contains("copy")) copy(button);
  else if (button?.dataset.cause) showCause(button.dataset.cause);
  else if (button?.dataset.family) show(button.dataset.operation, button.dataset.family);
});
document.getElementById("close").addEventListener("click", () => panel.close());
panel.addEventListener("close", () => history.replaceState(null, "", location.pathname));
panel.addEventListener("click", (event) => {
  if (event.target === panel) panel.close();
});

const find = document.getElementById("find");
const level = document.getElementById("level");
const causes = [...document.querySelectorAll("details[data-level]")];
function casesWith(words) {
  const told = data().rules.filter((each) => each.cause && `${each.name} ${each.reason}`.toLowerCase().includes(words));
  return new Set(told.map((each) => each.cause));
}
function filter() {
  const words = find.value.trim().toLowerCase();
  const told = words.length > 2 ? casesWith(words) : new Set();
  for (const each of causes) {
    const fits = !words || told.has(each.id) || each.textContent.toLowerCase().includes(words);
    each.hidden = !fits || (level.value && each.dataset.level !== level.value);
  }
  for (const row of cells.querySelectorAll("tr.op")) {
    row.hidden = words && !row.dataset.operation.toLowerCase().includes(words);
  }
  const shown = causes.filter((each) => !each.hidden).length;
  document.getElementById("found").textContent = words || level.value ? `${shown} of ${causes.length} causes` : "";
}
find?.addEventListener("input", filter);
level?.addEventListener("change", filter);
find?.form.addEventListener("submit", (event) => event.preventDefault());

function step(by) {
  const shown = causes.filter((each) => !each.hidden);
  const at = shown.indexOf(document.activeElement.closest("details[data-level]"));
  const next = shown[at < 0 ? (by > 0 ? 0 : shown.length - 1) : at + by];
  next?.querySelector("summary").focus();
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || panel.open) return;
  if (event.key === "Escape" && event.target === find) {
    find.value = "";
    return filter();
  }
  if (event.target.closest("input, select, textarea")) return;
  if (event.key === "/" && find) {
    event.preventDefault();
    find.focus();
  } else if (event.key === "n") step(1);
  else if (event.key === "p") step(-1);
});
addEventListener("beforeprint", () => causes.forEach((each) => (each.open = true)));
addEventListener("hashchange", follow);
follow();
