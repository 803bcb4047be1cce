"use strict";
// Everything from the server under test goes through textContent: never through markup.
const data = JSON.parse(document.getElementById("data").textContent);
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

function curl(line) {
  const box = make("div", "curl");
  const copy = make("button", "", "Copy");
  const text = make("pre", "", line);
  copy.type = "button";
  copy.addEventListener("click", async () => {
    getSelection().selectAllChildren(text);
    try {
      await navigator.clipboard.writeText(line);
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Selected"; // no clipboard here: the text is selected, ready to be copied
    }
  });
  box.append(make("h4", "", "Send it again"), text, copy);
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
  result.evidence.forEach((number, index) => box.append(evidence(data.exchanges[number], broken && index === 0)));
  return box;
}

function show(operation, family) {
  const results = data.rules.filter((each) => each.family === family && each.operations.includes(operation));
  results.sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  document.getElementById("panel-kicker").textContent = `${family}: ${results.length} rule${results.length === 1 ? "" : "s"}`;
  title.textContent = operation;
  body.replaceChildren(...results.map(rule));
  panel.showModal();
  panel.scrollTop = 0;
  title.focus();
  history.replaceState(null, "", `#${family}/${operation}`);
}

function follow() {
  const [family, operation] = decodeURIComponent(location.hash.slice(1)).split("/");
  if (data.rules.some((each) => each.family === family && each.operations.includes(operation))) show(operation, family);
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
document.querySelector("table").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) show(button.dataset.operation, button.dataset.family);
});
document.querySelector("table").addEventListener("keydown", (event) => {
  const button = event.target.closest("button");
  if (button && STEPS[event.key]) {
    event.preventDefault();
    move(button, ...STEPS[event.key]);
  }
});
document.getElementById("close").addEventListener("click", () => panel.close());
panel.addEventListener("close", () => history.replaceState(null, "", location.pathname));
panel.addEventListener("click", (event) => {
  if (event.target === panel) panel.close();
});
follow();
