// The script of a diagram's page, run without a browser: the page comes on standard input, the
// number of frames it must show as an argument. The canvas is a dummy that counts strokes.
//
// It must draw at every scale, find every mark, and have whole words for every sign. What it writes
// and says goes to standard output, each text once.
import { readFileSync } from "node:fs";

const page = readFileSync(0, "utf8");
const frames = Number(process.argv[2]);
const part = (from, to) => page.slice(page.indexOf(from) + from.length, page.indexOf(to, page.indexOf(from)));
const data = part('<script type="application/json" id="data">', "</script>");
const script = part("<script>/*<![CDATA[*/", "/*]]>*/</script>");

const said = new Set();
let lines = 0;
globalThis.Path2D = class { moveTo() { lines++; } lineTo() {} };
const context = new Proxy({}, {
  get: (of, name) => name in of ? of[name]
    : name === "fillText" ? text => said.add(text)
    : name === "measureText" ? text => ({ width: 6 * text.length })
    : name === "createImageData" ? (w, h) => ({ data: new Uint8ClampedArray(4 * w * h) })
    : () => {},
});
const heard = {};
const element = id => ({
  id, textContent: id === "data" ? data : "", clientWidth: 1400, clientHeight: 800, offsetHeight: 60, hidden: true,
  style: {}, dataset: {}, classList: { add() {} }, getContext: () => context, focus() {}, setAttribute() {}, setPointerCapture() {},
  getBoundingClientRect: () => ({ left: 0, top: 0 }),
  addEventListener: (name, act) => { heard[id + " " + name] = act; },
});
const elements = {};
globalThis.document = {
  documentElement: element("root"), getElementById: id => elements[id] ??= element(id),
  createElement: () => element("made"), querySelectorAll: () => [],
};
globalThis.window = globalThis;
globalThis.devicePixelRatio = 1;
globalThis.getComputedStyle = () => ({ getPropertyValue: () => "#123456" });
globalThis.matchMedia = () => ({ addEventListener() {} });
globalThis.requestAnimationFrame = () => 1;
globalThis.ResizeObserver = class { observe() {} };
globalThis.addEventListener = (name, act) => { heard[name] = act; };
globalThis.location = { hash: "" };
globalThis.history = { replaceState() {} };
(0, eval)(script);

const check = (so, what) => { if (!so) throw new Error(what); };
const { view, draw, tell, choose, arrows, entries, marks, bands } = globalThis.diagram;
const press = key => heard.keydown({ key, target: {}, preventDefault() {} });
press("0"); draw();
check(globalThis.diagram.frames() === frames, `${globalThis.diagram.frames()} frames shown, ${frames} expected`);
check(lines >= frames || frames > 9000, `${lines} lines drawn for ${frames} frames`);
for (let span = view.span; span > 2000; span /= 3) { view.span = span; draw(); }
const words = thing => {
  const text = tell(thing);
  check(text && !/undefined|NaN|null|[{}]/.test(text), `no whole words for ${JSON.stringify(thing)}: ${text}`);
  // Instants and other numbers make no new text.
  said.add(text.replace(/[0-9:.]+/g, "0"));
};
arrows.t.forEach((_, i) => words({ what: "arrow", i }));
entries.t.forEach((_, i) => words({ what: "entry", i }));
marks.forEach((_, i) => words({ what: "mark", i }));
bands.forEach((_, i) => words({ what: "band", i }));
press("Home");
for (const [key, kinds] of [["f", ["fault", "fault without effect"]], ["t", ["takeover", "switchover", "startover"]]]) {
  choose(null); press("Home");
  const names = JSON.parse(data).signs.marks.map(sign => sign?.name);
  for (const mark of marks.filter(mark => kinds.includes(names[mark[0]]))) {
    press(key);
    check(view.chosen?.what === "mark" && marks[view.chosen.i] === mark, `${key} does not find ${mark[5]}`);
    check(view.from < mark[1] && mark[1] < view.from + view.span, `${key} does not show ${mark[5]}`);
  }
}
for (const key of ["1", "2", "3", "+", "-", "ArrowDown", "ArrowUp", "PageDown", "PageUp", "End", ".", ".", ",", "Enter", "w", "d", "D", "F", "T", "?", "Escape"]) { press(key); draw(); }
for (let x = 0; x < 1400; x += 35) for (let y = 0; y < 800; y += 20) {
  heard["canvas pointermove"]({ clientX: x, clientY: y, pointerId: 1 });
  said.add(elements.tip.textContent.replace(/[0-9:.]+/g, "0"));
}
const seek = text => {
  elements.find.value = text;
  heard.keydown({ key: "Enter", target: elements.find });
  said.add(elements.told.textContent);
};
if (entries.t.length) {
  const set = entries.set[entries.set.length - 1];
  seek(`set ${set}`);
  check(entries.set[view.chosen?.entry] === set, `an entry of set ${set} is not found`);
} else {
  // Without entries every arrow and mark is found by its name, one after the other, and again.
  const { signs } = JSON.parse(data);
  for (const [what, names, list] of [["arrow", signs.arrows, [...arrows.kind]], ["mark", signs.marks, marks.map(mark => mark[0])]]) {
    for (const kind of new Set(list)) {
      choose(null); press("Home");
      const found = new Set(), many = list.filter(k => k === kind).length;
      for (let n = 0; n < Math.min(many, 50) + 5; n++) {
        seek(names[kind].name);
        if (view.chosen?.what === what && list[view.chosen.i] === kind) found.add(view.chosen.i);
      }
      check(found.size > 0, `no ${what} is found by ${names[kind].name}`);
    }
  }
}
seek("nowhere to be found");
draw();
process.stdout.write([...said].join("\n"), () => process.exit(0));
