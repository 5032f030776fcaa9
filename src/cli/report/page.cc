// The page's text.
#include "cli/report/page.h"

namespace leanlab::cli {

const char* const k_page_head = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>@TITLE@ · leanlab</title>
<style>
:root { color-scheme: light dark; --ground: #fbfbf9; --panel: #fff; --ink: #1c1f24; --soft: #5d6673; --line: #e2e4e0;
  --best: #0b7a5a; --point: #7d8794; --bad: #b3362b; --focus: #2456c4; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171b; --panel: #1b1f25; --ink: #e7e9ec; --soft: #9aa4b2;
  --line: #2c323b; --best: #45c795; --point: #78828f; --bad: #f0857a; --focus: #8ab0ff; } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 1180px; margin: 0 auto; padding: 32px 24px 64px }
h1 { margin: 0; font-size: 28px; line-height: 1.2; overflow-wrap: anywhere }
p { margin: 4px 0 0; color: var(--soft); max-width: 70ch }
.figures { display: flex; flex-wrap: wrap; gap: 12px 40px; margin: 24px 0 }
.figures div { min-width: 0 }
.figures b { display: block; font-size: 24px; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
.figures span { color: var(--soft); font-size: 13px }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 16px; margin-top: 16px }
svg { display: block; width: 100%; height: 300px; overflow: visible }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums }
.tools { display: flex; flex-wrap: wrap; gap: 12px; align-items: center; margin-bottom: 12px }
input, select, button { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 6px;
  padding: 6px 10px; min-height: 36px }
input { flex: 1 1 200px; min-width: 0 }
button:disabled { opacity: .4 }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px }
table { width: 100%; border-collapse: collapse; font-size: 14px }
th { text-align: left; font-weight: 500; color: var(--soft); padding: 0; border-bottom: 1px solid var(--line); white-space: nowrap }
th button { border: 0; background: none; padding: 6px 12px 6px 0; color: inherit; cursor: pointer }
td { padding: 8px 12px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere }
.number { font-variant-numeric: tabular-nums; white-space: nowrap }
.accepted { color: var(--best); font-weight: 600 }
.invalid, .tampered { color: var(--bad) }
.soft { color: var(--soft) }
@media (min-width: 1000px) { td:nth-child(4) { min-width: 210px } td:nth-child(7) { min-width: 170px } }
.pages { display: flex; gap: 12px; align-items: center; margin-top: 12px; color: var(--soft) }
#tip { min-height: 1.5em; color: var(--soft); font-size: 13px; margin-top: 8px; overflow-wrap: anywhere }
@media (max-width: 700px) {
  main { padding: 20px 16px 48px } h1 { font-size: 24px } svg { height: 220px }
  thead { display: none } tr { display: grid; grid-template-columns: auto 1fr auto; gap: 0 12px; padding: 10px 0;
    border-bottom: 1px solid var(--line) }
  td { border: 0; padding: 0 } td:nth-child(n+4) { grid-column: 1 / -1 } td:nth-child(n+6) { display: none }
}
</style>
</head>
<body>
<main>
<h1 id="name"></h1>
<p id="description"></p>
<section class="figures" id="figures" aria-label="Figures"></section>
<section class="panel" aria-label="Values over time"><svg id="chart" role="img"></svg><div id="tip" aria-live="polite"></div></section>
<section class="panel" aria-label="Experiments">
<div class="tools"><input id="search" type="search" placeholder="Search files, notes, agents" aria-label="Search">
<select id="verdict" aria-label="Verdict"><option value="">every verdict</option></select></div>
<table><thead><tr id="heads"></tr></thead><tbody id="body"></tbody></table>
<div class="pages"><button id="back">Earlier</button><span id="place"></span><button id="on">Later</button></div>
</section>
<p id="made"></p>
</main>
)html";

const char* const k_page_script = R"js('use strict';
const at = { number: 0, verdict: 1, value: 2, file: 3, notes: 4, agent: 5, judged: 6, seconds: 7, parent: 8, ts: 9 };
const $ = id => document.getElementById(id);
const make = (tag, text, kind) => { const e = document.createElement(tag); e.textContent = text; if (kind) e.className = kind; return e };
const digits = v => v === null ? '–' : Math.abs(v) >= 1e6 || (v !== 0 && Math.abs(v) < 1e-4) ? v.toExponential(4) : String(+v.toPrecision(6));
const better = (a, b) => about.direction === 'max' ? a > b : a < b;
const valid = rows.filter(r => r[at.value] !== null);
const accepted = rows.filter(r => r[at.verdict] === 'accepted');
const best = accepted.length ? accepted[accepted.length - 1] : null;

$('name').textContent = about.lab;
$('description').textContent = about.description;
$('made').textContent = `Made ${about.ts} by leanlab export. The numbers are the book's; leanlab verify checks the book.`;
const figure = (value, what) => { const d = make('div', ''); d.append(make('b', value), make('span', what)); $('figures').append(d) };
figure(best ? digits(best[at.value]) : '–', `best ${about.metric} (${about.direction === 'max' ? 'higher' : 'lower'} is better)`);
if (best) figure('#' + best[at.number], best[at.file]);
figure(String(rows.length), 'experiments');
figure(String(accepted.length), 'were a new best');
figure(String(rows.length - valid.length), 'had no value');

const svgNode = (tag, attributes, text) => {
  const e = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  if (text !== undefined) e.textContent = text;
  return e;
};
// Values far off the rest would flatten it: the scale ends at the outermost of the middle nine tenths, or the best.
function scale(values) {
  const sorted = [...values].sort((a, b) => a - b), last = sorted.length - 1;
  let low = sorted[Math.floor(last * .05)], high = sorted[Math.ceil(last * .95)];
  if (about.direction === 'max') high = sorted[last]; else low = sorted[0];
  const pad = (high - low || Math.abs(high) || 1) * .06;
  return [low - pad, high + pad];
}
function draw() {
  const chart = $('chart'), width = chart.clientWidth, height = chart.clientHeight;
  chart.replaceChildren();
  chart.setAttribute('viewBox', `0 0 ${width} ${height}`);
  chart.setAttribute('aria-label', best ? `Best ${about.metric} ${digits(best[at.value])} of ${valid.length} values` : 'No values');
  if (!valid.length) { chart.append(svgNode('text', { x: 0, y: 20 }, 'No experiment has a value yet.')); return }
  const [low, high] = scale(valid.map(r => r[at.value]));
  const left = 64, bottom = height - 24, first = rows[0][at.number], lastNumber = rows[rows.length - 1][at.number];
  const x = n => left + (width - left - 12) * (lastNumber === first ? .5 : (n - first) / (lastNumber - first));
  const y = v => 8 + (bottom - 16) * (1 - Math.min(1, Math.max(0, (v - low) / (high - low))));
  const raw = (high - low) / 4, power = 10 ** Math.floor(Math.log10(raw));
  const tick = power * [1, 2, 2.5, 5, 10].find(f => f * power >= raw);
  for (let v = Math.ceil(low / tick) * tick; v <= high; v += tick) {
    chart.append(svgNode('line', { x1: left, x2: width, y1: y(v), y2: y(v), stroke: 'var(--line)' }),
      svgNode('text', { x: left - 8, y: y(v) + 4, 'text-anchor': 'end' }, String(+v.toPrecision(6))));
  }
  chart.append(svgNode('text', { x: left, y: height - 4 }, '#' + first),
    svgNode('text', { x: width - 4, y: height - 4, 'text-anchor': 'end' }, '#' + lastNumber));
  // At most some thousand points: a book of a million is drawn by every n-th.
  const step = Math.max(1, Math.ceil(valid.length / 3000));
  for (let i = 0; i < valid.length; i += step)
    chart.append(svgNode('circle', { cx: x(valid[i][at.number]), cy: y(valid[i][at.value]), r: 2.5, fill: 'var(--point)', opacity: .6 }));
  let path = '';
  for (const r of accepted) path += path ? `H${x(r[at.number])}V${y(r[at.value])}` : `M${x(r[at.number])} ${y(r[at.value])}`;
  if (path) chart.append(svgNode('path', { d: path + `H${width - 12}`, fill: 'none', stroke: 'var(--best)', 'stroke-width': 2 }));
  for (const r of accepted) chart.append(svgNode('circle', { cx: x(r[at.number]), cy: y(r[at.value]), r: 4, fill: 'var(--best)' }));
  chart.onmousemove = event => {
    const near = event.clientX - chart.getBoundingClientRect().left;
    let found = valid[0];
    for (const r of valid) if (Math.abs(x(r[at.number]) - near) < Math.abs(x(found[at.number]) - near)) found = r;
    $('tip').textContent = `#${found[at.number]}  ${about.metric} ${digits(found[at.value])}  ${found[at.verdict]}  ${found[at.notes]}`;
  };
}

const columns = [['#', 'number'], ['Verdict', 'verdict'], [about.metric, 'value'], ['File', 'file'], ['Notes', 'notes'], ['Agent', 'agent'],
  ['Judged', 'judged'], ['Seconds', 'seconds']];
const page = 50;
let order = 'number', down = true, start = 0, shown = [];
function arrange() {
  const wanted = $('search').value.toLowerCase(), verdict = $('verdict').value, key = at[order];
  shown = rows.filter(r => (!verdict || r[at.verdict] === verdict) &&
    (!wanted || [at.file, at.notes, at.agent].some(k => r[k].toLowerCase().includes(wanted))));
  shown.sort((a, b) => {
    if (a[key] === null || b[key] === null) return (a[key] === null) - (b[key] === null);
    return (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0) * (down ? -1 : 1);
  });
  start = 0;
  fill();
}
function fill() {
  const body = $('body');
  body.replaceChildren();
  for (const r of shown.slice(start, start + page)) {
    const line = make('tr', '');
    line.append(make('td', '#' + r[at.number], 'number soft'), make('td', r[at.verdict], r[at.verdict]),
      make('td', digits(r[at.value]), 'number'), make('td', r[at.file]), make('td', r[at.notes]), make('td', r[at.agent], 'soft'),
      make('td', r[at.judged], 'soft'), make('td', r[at.seconds] === null ? '' : r[at.seconds].toFixed(2), 'number soft'));
    body.append(line);
  }
  $('place').textContent = shown.length ? `${start + 1} to ${Math.min(start + page, shown.length)} of ${shown.length}` : 'nothing found';
  $('back').disabled = start === 0;
  $('on').disabled = start + page >= shown.length;
}
for (const [title, key] of columns) {
  const head = make('th', ''), button = make('button', title);
  button.onclick = () => {
    down = order === key ? !down : key === 'number' || (key === 'value' && about.direction === 'max');
    order = key;
    for (const other of $('heads').children) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    arrange();
  };
  head.append(button);
  $('heads').append(head);
}
for (const verdict of new Set(rows.map(r => r[at.verdict]))) $('verdict').append(make('option', verdict));
$('search').oninput = arrange;
$('verdict').onchange = arrange;
$('back').onclick = () => { start = Math.max(0, start - page); fill() };
$('on').onclick = () => { start += page; fill() };
addEventListener('resize', draw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
draw();
arrange();
)js";

}  // namespace leanlab::cli
