"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { signs, groups, words } = data;
  const $ = id => document.getElementById(id);
  document.documentElement.classList.add("scripted");

  // --- what happened, as columns of numbers ---

  const sums = list => {
    const out = new Float64Array(list.length);
    let sum = 0;
    for (let i = 0; i < list.length; i++) out[i] = sum += list[i];
    return out;
  };
  const arrows = data.arrows, entries = data.entries;
  for (const table of [arrows, entries]) table.t = sums(table.t);
  arrows.entry = Int32Array.from(sums(arrows.entry));
  for (const name of ["kind", "from", "to", "lane", "fate", "block", "size"]) arrows[name] = Uint16Array.from(arrows[name]);
  arrows.d = Float64Array.from(arrows.d);
  // Of each kind of arrow: is it a frame or a message, not one of the many that are drawn thinly?
  const isFrame = signs.arrows.map(sign => sign !== null && !sign.told.many);
  const runs = data.end - data.begin;
  const lifeEnd = i => entries.d[i] < 0 ? data.end : entries.t[i] + entries.d[i];

  // The latest end in each block of a table ordered by begin: what still lasts is found without
  // looking at all of it.
  const BLOCK = 512;
  const index = (t, end) => {
    const ends = [];
    for (let i = 0; i < t.length; i++) {
      const block = i / BLOCK | 0;
      ends[block] = Math.max(ends[block] ?? 0, end(i));
    }
    return { t, end, ends };
  };
  const below = (t, limit) => {
    let low = 0, high = t.length;
    while (low < high) {
      const middle = low + high >> 1;
      if (t[middle] < limit) low = middle + 1; else high = middle;
    }
    return low;
  };
  const each = ({ t, end, ends }, from, to, see) => {
    const last = below(t, to);
    for (let block = 0; block * BLOCK < last; block++) {
      if (ends[block] < from) continue;
      for (let i = block * BLOCK; i < Math.min(last, (block + 1) * BLOCK); i++) if (end(i) >= from) see(i);
    }
  };
  const flights = index(arrows.t, i => arrows.t[i] + arrows.d[i]);
  const lives = index(entries.t, lifeEnd);
  const ofEntry = entry => {
    const found = [];
    each(flights, entries.t[entry], lifeEnd(entry) + 1e6, i => { if (arrows.entry[i] === entry) found.push(i); });
    return found;
  };

  // --- stations ---

  const columns = [];
  groups.forEach((group, g) => group.columns.forEach(([name, lanes]) => columns.push({ name, lanes, group: g, kind: group.kind, width: 1 })));
  groups.forEach(group => { group.width = 1; });
  const machineColumns = columns.map((c, i) => c.kind === "machine" ? i : -1).filter(i => i >= 0);
  const lineColumns = columns.filter(c => c.kind === "line").length || 1;
  const WEIGHT = { units: 0.8, machine: 9, switch: 7, line: Math.min(90, Math.max(1.1, 90 / lineColumns)) };

  // --- colours, from the page's style ---

  let colours = {};
  const readColours = () => {
    const style = getComputedStyle(document.documentElement);
    colours = {};
    for (const name of ["paper", "panel", "ink", "faint", "grid", "machine-a", "machine-b", "entry", "again", "doubt", "fault", "storage", "written", "life"])
      colours[name] = style.getPropertyValue("--" + name).trim();
  };
  const maker = column => column === machineColumns[0] ? "machine-a" : column === machineColumns[1] ? "machine-b" : "ink";
  const colourOf = (sign, column) => colours[sign.colour === "maker" ? maker(column) : sign.colour] || colours.ink;
  const glyphs = list => list.map(sign => sign?.shape && new Path2D(sign.shape));
  const markGlyphs = glyphs(signs.marks), fateGlyphs = glyphs(signs.fates);
  const classes = signs.marks.map(sign => sign ? sign.class.split(" ") : []);
  const dashes = signs.arrows.map(sign => sign?.shape ? sign.shape.split(" ").map(Number) : []);

  // --- the view ---

  const canvas = $("canvas"), ctx = canvas.getContext("2d");
  const view = { from: data.begin, span: Math.min(60e6, runs), chosen: null };
  const AXIS = 150, OVERVIEW = 46, HEAD = 78, FOOT = 8;
  let width = 0, height = 0, margin = 330, plot = { x: 0, y: 0, w: 0, h: 0 };
  const y = t => plot.y + (t - view.from) / view.span * plot.h;
  const time = py => view.from + (py - plot.y) / plot.h * view.span;
  const x = (column, lane) => {
    const c = columns[column];
    return c.lanes > 0 && lane >= 0 ? c.x + c.w * (Math.min(lane, c.lanes - 1) + 0.5) / c.lanes : c.x + c.w / 2;
  };
  const clamp = () => {
    view.span = Math.min(Math.max(view.span, 2000), Math.max(runs, 2000) * 1.02);
    const slack = view.span < runs * 0.9 ? view.span * 0.2 : 0;
    view.from = Math.min(Math.max(view.from, data.begin - view.span * 0.02), Math.max(data.end - view.span + slack, data.begin));
  };
  const layout = () => {
    const ratio = devicePixelRatio || 1;
    width = canvas.clientWidth; height = canvas.clientHeight;
    canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    margin = width > 1100 ? 330 : width > 760 ? 200 : 0;
    plot = { x: AXIS, y: HEAD, w: width - AXIS - margin - 16, h: height - HEAD - FOOT };
    const gap = 8;
    const weight = c => WEIGHT[c.kind] * c.width * groups[c.group].width;
    const whole = columns.reduce((sum, c) => sum + weight(c), 0);
    const unit = (plot.w - gap * (groups.length - 1)) / whole;
    let at = plot.x, before = 0;
    for (const c of columns) {
      if (c.group !== before) at += gap;
      before = c.group;
      c.x = at; c.w = weight(c) * unit; at += c.w;
    }
    overview = null;
  };

  // --- times in words ---

  const two = n => String(n).padStart(2, "0");
  const clock = (t, digits) => {
    t = Math.max(0, t);
    const s = Math.floor(t / 1e6), rest = String(Math.floor(t % 1e6)).padStart(6, "0");
    return `${two(s / 3600 | 0)}:${two((s / 60 | 0) % 60)}:${two(s % 60)}${digits ? "." + rest.slice(0, digits) : ""}`;
  };
  const span = us => us >= 1e6 ? `${(us / 1e6).toFixed(3)} s` : `${(us / 1e3).toFixed(3)} ms`;

  // The words of this kind of site with what is to be told in them.
  const say = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // --- drawing ---

  let overview = null, shownCount = 0, shading = false;
  const MANY = 9000;
  const line = (path, colour, w, alpha, dash) => {
    ctx.strokeStyle = colour; ctx.lineWidth = w; ctx.globalAlpha = alpha; ctx.setLineDash(dash || []);
    ctx.stroke(path);
  };
  const glyph = (path, px, py, colour, scale = 1) => {
    ctx.save(); ctx.translate(px, py); ctx.scale(scale, scale);
    ctx.globalAlpha = 1; ctx.setLineDash([]);
    ctx.lineJoin = ctx.lineCap = "round";
    ctx.strokeStyle = colours.paper; ctx.lineWidth = 4.5; ctx.stroke(path);
    ctx.strokeStyle = colour; ctx.lineWidth = 1.7; ctx.stroke(path);
    ctx.restore();
  };

  const drawTakeovers = () => {
    for (const move of data.takeovers) {
      const end = move.first ?? move.decided;
      const top = y(move.fault), bottom = y(end);
      if (bottom < plot.y || top > plot.y + plot.h) continue;
      ctx.globalAlpha = 0.09; ctx.fillStyle = colours.fault;
      ctx.fillRect(plot.x, top, plot.w, Math.max(bottom - top, 1));
    }
    ctx.globalAlpha = 1;
  };

  const steps = [1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7, 1.5e7, 3e7, 6e7, 1.2e8, 3e8, 6e8, 1.2e9, 1.8e9, 3.6e9, 7.2e9, 1.44e10, 2.16e10];
  const drawAxis = () => {
    const step = steps.find(s => s / view.span * plot.h >= 44) || steps[steps.length - 1];
    const digits = step >= 1e6 ? 0 : step >= 1e5 ? 1 : step >= 1e4 ? 2 : 3;
    ctx.font = "11px ui-monospace, monospace"; ctx.textAlign = "right"; ctx.textBaseline = "middle";
    ctx.setLineDash([]);
    for (let t = Math.ceil(view.from / step) * step; t <= view.from + view.span; t += step) {
      const py = Math.round(y(t)) + 0.5;
      ctx.globalAlpha = 1; ctx.strokeStyle = colours.grid; ctx.lineWidth = 1;
      ctx.beginPath(); ctx.moveTo(plot.x - 4, py); ctx.lineTo(plot.x + plot.w, py); ctx.stroke();
      ctx.fillStyle = colours.faint; ctx.fillText(clock(t, digits), plot.x - 8, py);
    }
  };

  const drawHeads = () => {
    ctx.globalAlpha = 1; ctx.fillStyle = colours.paper; ctx.fillRect(0, 0, width, HEAD - 2);
    ctx.textBaseline = "alphabetic";
    let first = 0;
    groups.forEach((group, g) => {
      const last = first + group.columns.length - 1;
      const left = columns[first].x, right = columns[last].x + columns[last].w;
      group.left = left; group.right = right;
      ctx.strokeStyle = group.kind === "machine" ? colours[maker(first)] : colours.faint;
      ctx.lineWidth = group.kind === "machine" ? 3 : 1; ctx.setLineDash([]); ctx.globalAlpha = 1;
      ctx.beginPath(); ctx.moveTo(left, HEAD - 4); ctx.lineTo(right, HEAD - 4); ctx.stroke();
      ctx.fillStyle = colours.ink; ctx.font = (group.kind === "machine" ? "600 " : "") + "12px system-ui, sans-serif";
      const wide = right - left > ctx.measureText(group.name).width + 4;
      let drawn = false;
      // Names of columns where there is room for them.
      if (group.columns.length > 1 || group.kind === "line") {
        ctx.font = "10px system-ui, sans-serif"; ctx.fillStyle = colours.faint;
        for (let c = first; c <= last; c++) {
          const column = columns[c];
          if (column.w < 11) continue;
          drawn = true;
          const name = column.name;
          if (column.w > ctx.measureText(name).width + 6) {
            ctx.textAlign = "center"; ctx.fillText(name, column.x + column.w / 2, HEAD - 9);
          } else {
            ctx.save(); ctx.translate(column.x + column.w / 2 + 3, HEAD - 8); ctx.rotate(-Math.PI / 3.2); ctx.textAlign = "left";
            ctx.fillText(name.length > 14 ? name.slice(0, 13) + "…" : name, 0, 0); ctx.restore();
          }
        }
      }
      ctx.fillStyle = colours.ink; ctx.font = (group.kind === "machine" ? "600 " : "") + "12px system-ui, sans-serif";
      if (drawn) { ctx.textAlign = "right"; ctx.fillText(group.name, right, 13); }
      else if (wide) { ctx.textAlign = "center"; ctx.fillText(group.name, (left + right) / 2, HEAD - 11); }
      else {
        ctx.save(); ctx.translate((left + right) / 2 + 2, HEAD - 10); ctx.rotate(-Math.PI / 3.2); ctx.textAlign = "left";
        ctx.fillText(group.name, 0, 0); ctx.restore();
      }
      first = last + 1;
    });
  };

  const drawColumns = () => {
    ctx.globalAlpha = 1; ctx.setLineDash([]);
    for (const c of columns) {
      if (c.w < 5) continue;
      ctx.strokeStyle = colours.grid; ctx.lineWidth = 1;
      ctx.globalAlpha = c.kind === "line" || c.kind === "units" ? 0.55 : 1;
      const px = Math.round(c.x + c.w / 2) + 0.5;
      ctx.beginPath(); ctx.moveTo(px, plot.y); ctx.lineTo(px, plot.y + plot.h); ctx.stroke();
    }
    ctx.globalAlpha = 1;
  };

  const drawTransfers = () => {
    const from = Math.floor((view.from - data.begin) / 1e6), to = Math.ceil((view.from + view.span - data.begin) / 1e6);
    const most = 60;
    ctx.fillStyle = colours.written;
    const rows = Math.max(1, Math.ceil((to - from) / plot.h));
    data.transfers.forEach((counts, unit) => {
      const c = columns[unit];
      for (let s = Math.max(0, from); s < Math.min(to, counts.length); s += rows) {
        let sum = 0;
        for (let k = s; k < Math.min(s + rows, counts.length); k++) sum += counts[k];
        if (!sum) continue;
        ctx.globalAlpha = Math.min(0.5, 0.5 * Math.sqrt(sum / rows / most));
        const top = Math.max(y(data.begin + s * 1e6), plot.y), bottom = Math.min(y(data.begin + (s + rows) * 1e6), plot.y + plot.h);
        ctx.fillRect(c.x + c.w * 0.1, top, c.w * 0.8, bottom - top + 0.3);
      }
    });
    ctx.globalAlpha = 1;
  };

  const drawBands = () => {
    for (const [kind, column, from, to] of data.bands) {
      const top = Math.max(y(from), plot.y), bottom = Math.min(y(to), plot.y + plot.h);
      if (bottom < plot.y || top > plot.y + plot.h) continue;
      const sign = signs.bands[kind], c = columns[column], whole = sign.shape === "hatch";
      const w = whole ? c.w : Math.min(11, c.w), left = whole ? c.x : c.x + c.w / 2 - w / 2;
      const h = Math.max(bottom - top, 1);
      ctx.globalAlpha = whole ? 0.18 : 0.9; ctx.setLineDash([]);
      ctx.fillStyle = ctx.strokeStyle = colourOf(sign, column);
      if (sign.shape === "edge") {
        ctx.fillStyle = colours.paper; ctx.fillRect(left, top, w, h);
        ctx.lineWidth = 1.2; ctx.strokeRect(left + 0.6, top, w - 1.2, h);
      } else ctx.fillRect(left, top, w, h);
    }
    ctx.globalAlpha = 1;
  };

  const held = i => data.takeovers.some(m => entries.t[i] <= m.fault && lifeEnd(i) > m.fault);
  const drawLives = () => {
    const paths = new Map(), chosen = chosenEntry();
    let count = 0;
    each(lives, view.from, view.from + view.span, () => count++);
    each(lives, view.from, view.from + view.span, i => {
      const ending = entries.ending[i];
      if (count > 2 * MANY && ending < 2) return;
      const key = i === chosen ? "chosen" : held(i) && ending < 2 ? "held" : ending;
      if (!paths.has(key)) paths.set(key, new Path2D());
      const px = x(entries.column[i], entries.lane[i]);
      const path = paths.get(key), end = lifeEnd(i);
      path.moveTo(px, y(entries.t[i])); path.lineTo(px, y(end));
    });
    const faded = chosen >= 0 ? 0.35 : 1;
    for (const [key, path] of paths) {
      if (key === "chosen") line(path, colours.ink, 4, 1);
      else if (key === "held") line(path, colours.again, 2.2, faded);
      else {
        const sign = signs.endings[key];
        line(path, colours[sign.colour], key >= 2 ? 2.6 : 1.8, faded, sign.shape === "full" ? [] : sign.shape === "edge" ? [3, 2] : [1, 2]);
      }
    }
  };

  const ends = i => {
    const lane = isFrame[arrows.kind[i]] ? arrows.lane[i] : -1;
    const x0 = x(arrows.from[i], lane), x1 = x(arrows.to[i], lane);
    const y0 = y(arrows.t[i]), y1 = y(arrows.t[i] + arrows.d[i]);
    return [x0, y0, signs.fates[arrows.fate[i]].name === "cut" ? x0 + (x1 - x0) * 0.6 : x1, y1];
  };

  const drawArrows = () => {
    const from = view.from, to = view.from + view.span;
    let frames = 0, transfers = 0;
    each(flights, from, to, i => { if (isFrame[arrows.kind[i]]) frames++; else transfers++; });
    shownCount = frames;
    shading = frames > MANY;
    if (shading) drawShading(from, to);
    const paths = new Map(), chosen = chosenEntry(), heads = frames < 1600, ending = [];
    each(flights, from, to, i => {
      const kind = arrows.kind[i], frame = isFrame[kind];
      if (frame ? shading && arrows.fate[i] < 2 : transfers > MANY && arrows.fate[i] < 2) return;
      const mine = chosen >= 0 && arrows.entry[i] === chosen;
      const key = kind * 4 + (arrows.from[i] === machineColumns[1] ? 1 : 0) + (mine ? 2 : 0);
      if (!paths.has(key)) paths.set(key, { path: new Path2D(), heads: new Path2D(), i });
      const { path, heads: head } = paths.get(key);
      const [x0, y0, x1, y1] = ends(i);
      path.moveTo(x0, y0); path.lineTo(x1, y1);
      if ((heads && frame) || mine) {
        const length = Math.hypot(x1 - x0, y1 - y0) || 1, ux = (x1 - x0) / length, uy = (y1 - y0) / length, s = mine ? 9 : 6;
        head.moveTo(x1 - s * ux + s * 0.4 * uy, y1 - s * uy - s * 0.4 * ux); head.lineTo(x1, y1);
        head.lineTo(x1 - s * ux - s * 0.4 * uy, y1 - s * uy + s * 0.4 * ux);
      }
      if (fateGlyphs[arrows.fate[i]]) ending.push([i, x1, y1]);
    });
    const thick = Math.min(1.3, Math.max(0.5, 900 / frames)), clear = Math.min(0.85, Math.max(0.3, 1600 / frames));
    for (const [key, { path, heads: head, i }] of [...paths].sort((a, b) => (a[0] & 2) - (b[0] & 2) || b[0] - a[0])) {
      const kind = key >> 2, mine = key & 2, frame = isFrame[kind];
      const colour = colourOf(signs.arrows[kind], arrows.from[i]);
      const alpha = mine ? 1 : (frame ? clear : Math.min(0.5, 300 / transfers + 0.12)) * (chosen >= 0 ? 0.3 : 1);
      line(path, colour, mine ? 2.2 : frame ? thick : 0.6, alpha, dashes[kind]);
      line(head, colour, mine ? 2.2 : thick, alpha);
    }
    for (const [i, px, py] of ending) glyph(fateGlyphs[arrows.fate[i]], px, py, colourOf(signs.fates[arrows.fate[i]], 0), 0.9);
    if (chosen >= 0) drawWords(chosen);
  };

  // So many frames that arrows would be a grey wall: how many there are, by station and time. Left
  // half of a column: entries. Right half: answers, in the colour of the machine that made them.
  const shade = document.createElement("canvas");
  const drawShading = (from, to) => {
    const rows = Math.max(1, Math.round(plot.h / 3)), cells = columns.length * 2 * rows;
    const count = [new Float32Array(cells), new Float32Array(cells)];
    let most = 1;
    each(flights, from, to, i => {
      if (!isFrame[arrows.kind[i]]) return;
      const row = Math.floor((arrows.t[i] - from) / view.span * rows);
      if (row < 0 || row >= rows) return;
      const down = arrows.from[i] < arrows.to[i], column = Math.max(arrows.from[i], arrows.to[i]);
      const which = count[down && arrows.from[i] === machineColumns[1] ? 1 : 0];
      most = Math.max(most, ++which[(row * columns.length + column) * 2 + (down ? 1 : 0)]);
    });
    shade.width = columns.length * 2; shade.height = rows;
    const pixels = shade.getContext("2d"), image = pixels.createImageData(shade.width, rows);
    const rgb = name => { const n = parseInt(colours[name].slice(1), 16); return [n >> 16, n >> 8 & 255, n & 255]; };
    const shades = [rgb("entry"), rgb("machine-a"), rgb("machine-b")];
    for (let cell = 0; cell < cells; cell++) {
      const [a, b] = [count[0][cell], count[1][cell]];
      if (!a && !b) continue;
      const shown = cell % 2 ? shades[b > a ? 2 : 1] : shades[0];
      image.data.set([...shown, 255 * Math.min(1, 0.15 + 0.85 * Math.sqrt((a + b) / most))], cell * 4);
    }
    pixels.putImageData(image, 0, 0);
    ctx.imageSmoothingEnabled = false; ctx.globalAlpha = 1;
    columns.forEach((c, i) => { if (c.kind === "line") ctx.drawImage(shade, 2 * i, 0, 2, rows, c.x, plot.y, Math.max(c.w - 0.5, 0.5), plot.h); });
  };

  // The words on the arrows of the entry that is looked at.
  const drawWords = entry => {
    ctx.font = "11.5px system-ui, sans-serif"; ctx.textBaseline = "middle"; ctx.setLineDash([]);
    let free = -1e9;
    for (const i of ofEntry(entry)) {
      const [x0, y0, x1, y1] = ends(i);
      if (y1 < plot.y || y0 > plot.y + plot.h) continue;
      const answer = arrows.from[i] < arrows.to[i];
      const what = answer ? data.texts[entries.answer[entry]] : data.texts[entries.text[entry]];
      const words = signs.arrows[arrows.kind[i]].name + (what && ": " + (what.length > 44 ? what.slice(0, 43) + "…" : what));
      const w = ctx.measureText(words).width;
      const px = Math.min(Math.max((x0 + x1) / 2 - w / 2, plot.x + 2), plot.x + plot.w - w - 4);
      const py = Math.max((y0 + y1) / 2, free);
      free = py + 17;
      ctx.globalAlpha = 0.92; ctx.fillStyle = colours.paper; ctx.fillRect(px - 4, py - 8, w + 8, 16);
      ctx.globalAlpha = 1; ctx.fillStyle = colourOf(signs.arrows[arrows.kind[i]], arrows.from[i]); ctx.textAlign = "left"; ctx.fillText(words, px, py);
    }
  };

  // A text in rows of a width.
  const wrapped = (text, room) => {
    const rows = [];
    for (const word of text.split(" ")) {
      const row = rows.length ? rows[rows.length - 1] + " " + word : word;
      if (rows.length && ctx.measureText(row).width <= room) rows[rows.length - 1] = row; else rows.push(word);
    }
    return rows;
  };

  const markShown = kind => classes[kind][0] !== "quiet" || view.span <= 2e7;
  const drawMarks = () => {
    let free = plot.y + 6, left = 0;
    const right = plot.x + plot.w, labels = [];
    ctx.font = "12px system-ui, sans-serif";
    const room = Math.floor((plot.h - 10) / 16);
    for (const mark of data.marks) {
      const [kind, t, column, lane, , text] = mark;
      if (t < view.from || t > view.from + view.span || !markShown(kind)) continue;
      const sign = signs.marks[kind], px = x(column, lane), py = y(t), colour = colours[sign.colour];
      if (classes[kind][1] === "fault" || classes[kind][1] === "takeover") {
        ctx.globalAlpha = 0.8; ctx.strokeStyle = colour; ctx.lineWidth = 1; ctx.setLineDash(classes[kind][1] === "fault" ? [] : [6, 3]);
        ctx.beginPath(); ctx.moveTo(plot.x, py); ctx.lineTo(right, py); ctx.stroke();
      }
      glyph(markGlyphs[kind], px, py, colour, classes[kind][0] === "quiet" ? 0.8 : 1);
      if (margin && classes[kind][0] === "loud") labels.push([py, px, colour, text]);
    }
    // Labels in the margin, none over another, as near to their instants as there is room.
    const shown = [];
    let used = 0;
    for (const label of labels) {
      const rows = wrapped(label[3], margin - 22);
      if (used + rows.length > room) { left++; continue; }
      used += rows.length;
      shown.push([...label, rows]);
    }
    const at = [];
    for (const label of shown) { const to = Math.max(label[0], free); at.push(to); free = to + 16 * label[4].length; }
    let limit = plot.y + plot.h + 10;
    for (let k = at.length - 1; k >= 0; k--) { at[k] = Math.min(at[k], limit - 16 * shown[k][4].length); limit = at[k]; }
    ctx.textAlign = "left"; ctx.textBaseline = "middle"; ctx.setLineDash([]);
    shown.forEach(([py, px, colour, , rows], k) => {
      ctx.globalAlpha = 0.55; ctx.strokeStyle = colour; ctx.lineWidth = 0.8;
      ctx.beginPath(); ctx.moveTo(px + 9, py); ctx.lineTo(right, py); ctx.lineTo(right + 14, at[k]); ctx.stroke();
      ctx.globalAlpha = 1; ctx.fillStyle = colour;
      rows.forEach((row, n) => ctx.fillText(row, right + 18 + (n ? 10 : 0), at[k] + 15 * n));
    });
    if (left > 0) { ctx.fillStyle = colours.faint; ctx.fillText(`and ${left} more`, right + 18, plot.y + plot.h - 2); }
  };

  const drawOverview = () => {
    const top = plot.y, h = plot.h;
    if (!overview) {
      const rows = Math.max(1, Math.floor(h));
      const counts = new Float32Array(rows);
      for (let i = 0; i < arrows.t.length; i++)
        if (isFrame[arrows.kind[i]]) counts[Math.min(rows - 1, Math.max(0, Math.floor((arrows.t[i] - data.begin) / runs * rows)))]++;
      overview = { counts, most: counts.reduce((a, b) => Math.max(a, b), 1) };
    }
    const place = t => top + (t - data.begin) / runs * h;
    ctx.globalAlpha = 1; ctx.setLineDash([]);
    ctx.fillStyle = colours.panel; ctx.fillRect(6, top, OVERVIEW, h);
    ctx.fillStyle = colours.entry; ctx.globalAlpha = 0.7;
    overview.counts.forEach((n, row) => { const w = n / overview.most * (OVERVIEW - 8); ctx.fillRect(6, top + row, w, 1); });
    ctx.globalAlpha = 1;
    for (const [kind, t] of data.marks) {
      const what = classes[kind][1];
      if (!what) continue;
      ctx.fillStyle = colours[signs.marks[kind].colour];
      if (what === "doubt") ctx.fillRect(6 + OVERVIEW - 8, place(t) - 1, 8, 2);
      else ctx.fillRect(6, place(t) - 1, OVERVIEW, 2);
    }
    const from = place(Math.max(view.from, data.begin)), to = place(Math.min(view.from + view.span, data.end));
    ctx.strokeStyle = colours.ink; ctx.lineWidth = 1.4;
    ctx.strokeRect(5, Math.min(from, top + h - 4), OVERVIEW + 2, Math.max(to - from, 3));
  };

  let due = 0, drawMs = 0;
  const draw = () => {
    due = 0;
    const begun = performance.now();
    ctx.globalAlpha = 1; ctx.fillStyle = colours.paper; ctx.fillRect(0, 0, width, height);
    ctx.save(); ctx.beginPath(); ctx.rect(plot.x - AXIS + OVERVIEW + 8, plot.y - 6, width, plot.h + 12); ctx.clip();
    drawAxis(); drawColumns(); drawTakeovers(); drawTransfers(); drawLives(); drawArrows(); drawBands(); drawMarks();
    ctx.restore();
    drawOverview(); drawHeads();
    if (shading) {
      ctx.textAlign = "right"; ctx.textBaseline = "alphabetic"; ctx.font = "11px system-ui, sans-serif"; ctx.fillStyle = colours.faint; ctx.globalAlpha = 1;
      ctx.fillText(say(words.shaded, { frames: shownCount }), width - 10, 13);
    }
    drawMs = performance.now() - begun;
  };
  const show = () => {
    clamp();
    if (!due) due = requestAnimationFrame(draw);
    const chosen = chosenEntry();
    const place = `#from=${(view.from / 1e6).toFixed(6)}&span=${(view.span / 1e6).toFixed(6)}${chosen >= 0 ? "&entry=" + chosen : ""}`;
    clearTimeout(show.later);
    show.later = setTimeout(() => { try { history.replaceState(null, "", place); } catch { /* a page from a mail has no place */ } }, 300);
  };

  // --- what is what ---

  const chosenEntry = () => view.chosen === null ? -1 : view.chosen.entry ?? -1;
  const stationName = (column, lane) => {
    const c = columns[column], group = groups[c.group];
    return c.kind === "line" ? `${c.name} (${group.name})${lane >= 0 && c.lanes ? say(words.lane, { lane: lane + 1, lanes: c.lanes }) : ""}` : c.name;
  };
  const tellEntry = i => {
    const text = data.texts[entries.text[i]], answer = data.texts[entries.answer[i]];
    const ended = entries.d[i] < 0 ? "" : ` after ${span(entries.d[i])}`;
    return `${say(words.entry, { text, set: entries.set[i], serial: entries.serial[i], at: clock(entries.t[i], 6) })}\n` +
      `${signs.endings[entries.ending[i]].name}${ended}${answer ? `: \`${answer}\`` : ""}` +
      `${entries.given[i] >= 0 ? say(words.given_up, { span: span(entries.given[i]) }) : ""}${held(i) ? words.held : ""}`;
  };
  const tell = thing => {
    if (!thing) return "";
    if (thing.what === "mark") {
      const [kind, t, column, lane, entry, text] = data.marks[thing.i];
      const sign = signs.marks[kind];
      return `${sign.name}, ${clock(t, 6)}, ${stationName(column, lane)}\n${text}\n${sign.means}` + (entry >= 0 ? `\n${tellEntry(entry)}` : "");
    }
    if (thing.what === "arrow") {
      const i = thing.i, sign = signs.arrows[arrows.kind[i]], frame = isFrame[arrows.kind[i]], fate = signs.fates[arrows.fate[i]];
      const lane = frame ? arrows.lane[i] : -1;
      const route = `${sign.name}: ${stationName(arrows.from[i], columns[arrows.from[i]].lanes ? lane : -1)} → ${stationName(arrows.to[i], columns[arrows.to[i]].lanes ? lane : -1)}`;
      const values = { from: clock(arrows.t[i], 6), to: clock(arrows.t[i] + arrows.d[i], 6), span: span(arrows.d[i]), size: arrows.size[i], block: arrows.block[i], lane: arrows.lane[i] };
      const times = say(sign.told.times, values), size = say(sign.told.size, values);
      return `${route}\n${times}\n${size}; ${fate.name}: ${fate.means}` + (arrows.entry[i] >= 0 ? `\n${tellEntry(arrows.entry[i])}` : "");
    }
    if (thing.what === "entry") return tellEntry(thing.i);
    if (thing.what === "band") {
      const [kind, column, from, to] = data.bands[thing.i];
      return `${stationName(column, -1)}: ${signs.bands[kind].name}\n${clock(from, 6)} to ${clock(to, 6)} (${span(to - from)})\n${signs.bands[kind].means}`;
    }
    return thing.text;
  };
  const distance = (px, py, [x0, y0, x1, y1]) => {
    const dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy;
    const part = length ? Math.min(1, Math.max(0, ((px - x0) * dx + (py - y0) * dy) / length)) : 0;
    return Math.hypot(px - x0 - part * dx, py - y0 - part * dy);
  };
  const under = (px, py) => {
    if (py < HEAD) {
      const c = columns.findIndex(c => px >= c.x && px < c.x + c.w);
      return c < 0 ? null : { what: "column", c, text: `${stationName(c, -1)}${columns[c].lanes ? say(words.lanes, columns[c]) : ""}` };
    }
    if (px < plot.x || px > plot.x + plot.w) return null;
    let best = 9, found = null;
    data.marks.forEach(([kind, t, column, lane], i) => {
      if (t < view.from || t > view.from + view.span || !markShown(kind)) return;
      const d = Math.hypot(px - x(column, lane), py - y(t));
      if (d < best) { best = d; found = { what: "mark", i, entry: data.marks[i][4] }; }
    });
    if (found) return found;
    best = 5;
    const near = 8 / plot.h * view.span;
    each(flights, time(py) - near, time(py) + near, i => {
      if (shading && isFrame[arrows.kind[i]]) return;
      const d = distance(px, py, ends(i)) + (isFrame[arrows.kind[i]] ? 0 : 1.5);
      if (d < best) { best = d; found = { what: "arrow", i, entry: arrows.entry[i] }; }
    });
    if (found) return found;
    best = 4;
    if (!shading) each(lives, time(py), time(py), i => {
      const d = Math.abs(px - x(entries.column[i], entries.lane[i]));
      if (d < best) { best = d; found = { what: "entry", i, entry: i }; }
    });
    if (found) return found;
    data.bands.forEach(([kind, column, from, to], i) => {
      const c = columns[column];
      if (time(py) >= from && time(py) <= to && px >= c.x && px <= c.x + c.w) found = { what: "band", i };
    });
    if (!found && shading) {
      const c = columns.findIndex(c => px >= c.x && px < c.x + c.w);
      if (c >= 0) found = { what: "column", text: `${stationName(c, -1)}, ${clock(time(py), 0)}` };
    }
    return found;
  };

  const frames = arrows.kind.reduce((sum, kind) => sum + (isFrame[kind]), 0);
  const moves = `${data.takeovers.length} ${data.takeovers.length === 1 ? "move" : "moves"}`;
  const nothing = say(words.nothing, { frames, others: arrows.t.length - frames, entries: entries.t.length, moves, span: span(runs) });
  const choose = thing => {
    view.chosen = thing || null;
    $("told").textContent = thing ? tell(thing) : nothing;
    show();
  };

  // --- moving ---

  const zoom = (factor, py = plot.y + plot.h / 2) => {
    const at = time(py);
    view.span *= factor; clamp();
    view.from = at - (py - plot.y) / plot.h * view.span;
    show();
  };
  const look = (t, most) => {
    view.span = Math.min(view.span, most, runs * 1.02);
    view.from = t - view.span * 0.22;
    show();
  };
  const setSpan = seconds => {
    const middle = view.from + view.span / 2;
    view.span = seconds ? seconds * 1e6 : runs * 1.01;
    view.from = seconds ? middle - view.span / 2 : data.begin;
    show();
  };
  const jump = (what, way) => {
    if (!classes.some(is => is[1] === what)) return;
    // From the mark that is chosen, else from the part of the view where marks are put.
    const here = view.chosen?.what === "mark" ? view.chosen.i : -1;
    const from = view.from + view.span * 0.22;
    const is = mark => classes[mark[0]][1] === what;
    const count = data.marks.length;
    let i = here >= 0 ? here + way : way > 0 ? data.marks.findIndex(m => m[1] >= from) : data.marks.findLastIndex(m => m[1] < from);
    while (i >= 0 && i < count && !is(data.marks[i])) i += way;
    if (i < 0 || i >= count) { $("told").textContent = way > 0 ? `no later ${what} mark` : `no earlier ${what} mark`; return; }
    choose({ what: "mark", i, entry: data.marks[i][4] });
    look(data.marks[i][1], what === "doubt" ? 4e6 : 6e7);
  };
  const nextArrow = way => {
    const frame = i => isFrame[arrows.kind[i]];
    let i = view.chosen?.what === "arrow" ? view.chosen.i + way : below(arrows.t, view.from + view.span * 0.22);
    while (i >= 0 && i < arrows.t.length && !frame(i)) i += way;
    if (i < 0 || i >= arrows.t.length) return;
    choose({ what: "arrow", i, entry: arrows.entry[i] });
    if (arrows.t[i] < view.from || arrows.t[i] > view.from + view.span * 0.9) look(arrows.t[i], view.span);
  };
  const lookClosely = entry => {
    if (!(entry >= 0)) return;
    const length = Math.max(lifeEnd(entry) - entries.t[entry], 2e5);
    columns.forEach((c, i) => { if (c.kind === "line") c.width = i === entries.column[entry] ? Math.max(1, lineColumns / 4) : 1; });
    layout();
    view.span = length * 1.5; view.from = entries.t[entry] - length * 0.2;
    show();
  };
  const widen = c => {
    const group = groups[columns[c].group];
    if (group.columns.length === 1) group.width = group.width === 1 ? 4 : group.width === 4 ? 0.1 : 1;
    else if (group.width === 1) group.width = 5;
    else if (group.width === 5) group.width = 0.08;
    else group.width = 1;
    layout(); show();
  };
  const findNext = text => {
    text = text.trim().toUpperCase();
    if (!text) return;
    if (!words.entry) { findSign(text); return; }
    const set = /^SET\s*(\d+)$/.exec(text);
    const fits = i => set ? entries.set[i] === +set[1] : data.texts[entries.text[i]].includes(text) || data.texts[entries.answer[i]].includes(text);
    const n = entries.t.length, chosen = chosenEntry();
    const start = chosen >= 0 ? chosen + 1 : below(entries.t, view.from);
    for (let k = 0; k < n; k++) {
      const i = (start + k) % n;
      if (fits(i)) { choose({ what: "entry", i, entry: i }); look(entries.t[i], 1e7); return; }
    }
    $("told").textContent = say(words.not_found, { text });
  };
  // The next arrow or mark whose name, station or text has this; at one instant marks come first.
  const findSign = text => {
    const has = name => name.toUpperCase().includes(text);
    const stations = columns.map((_, i) => has(stationName(i, -1)));
    const names = list => list.map(sign => sign !== null && has(sign.name));
    const arrowNames = names(signs.arrows), markNames = names(signs.marks);
    const arrowFits = i => arrowNames[arrows.kind[i]] || stations[arrows.from[i]] || stations[arrows.to[i]];
    const markFits = ([kind, , column, , , text]) => markNames[kind] || stations[column] || has(text);
    const { what, i } = view.chosen ?? {};
    const since = what === "arrow" ? arrows.t[i] : what === "mark" ? data.marks[i][1] : view.from;
    let arrow = what === "arrow" ? i + 1 : below(arrows.t, since);
    let mark = what === "mark" ? i + 1 : below(data.marks.map(mark => mark[1]), what === "arrow" ? since + 1 : since);
    for (let round = 0; round < 2; round++) {
      while (arrow < arrows.t.length && !arrowFits(arrow)) arrow++;
      while (mark < data.marks.length && !markFits(data.marks[mark])) mark++;
      const found = mark < data.marks.length && !(arrow < arrows.t.length && arrows.t[arrow] < data.marks[mark][1])
        ? { what: "mark", i: mark, entry: -1 } : arrow < arrows.t.length ? { what: "arrow", i: arrow, entry: -1 } : null;
      if (found) { choose(found); look(found.what === "mark" ? data.marks[mark][1] : arrows.t[arrow], 1e7); return; }
      arrow = mark = 0;
    }
    $("told").textContent = say(words.not_found, { text });
  };

  // --- hands ---

  const tip = $("tip");
  let drag = null;
  const place = event => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  const overviewTo = py => { view.from = data.begin + (py - plot.y) / plot.h * runs - view.span / 2; show(); };
  canvas.addEventListener("wheel", event => {
    event.preventDefault();
    const [, py] = place(event);
    if (event.ctrlKey || event.metaKey || event.altKey) zoom(Math.exp(event.deltaY * (event.deltaMode ? 0.05 : 0.0022)), py);
    else { view.from += (event.deltaMode ? event.deltaY * 20 : event.deltaY) / plot.h * view.span; show(); }
  }, { passive: false });
  const pointers = new Map();
  canvas.addEventListener("pointerdown", event => {
    const [px, py] = place(event);
    pointers.set(event.pointerId, py);
    drag = { x: px, y: py, from: view.from, moved: false, overview: px < OVERVIEW + 8 };
    if (drag.overview) overviewTo(py);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", event => {
    const [px, py] = place(event);
    if (pointers.size === 2 && pointers.has(event.pointerId)) {
      const [a, b] = pointers.values(), before = Math.abs(a - b);
      pointers.set(event.pointerId, py);
      const [c, d] = pointers.values(), now = Math.abs(c - d);
      if (before > 4 && now > 4) zoom(before / now, (c + d) / 2);
      drag = null;
      return;
    }
    if (drag) {
      if (drag.overview) { overviewTo(py); return; }
      if (Math.hypot(px - drag.x, py - drag.y) > 4) drag.moved = true;
      if (drag.moved) { view.from = drag.from - (py - drag.y) / plot.h * view.span; show(); }
      tip.hidden = true;
      return;
    }
    const thing = under(px, py);
    tip.hidden = !thing;
    if (!thing) return;
    tip.textContent = tell(thing);
    const right = px > width / 2;
    tip.style.left = right ? "auto" : `${px + 16}px`; tip.style.right = right ? `${width - px + 16}px` : "auto";
    tip.style.top = `${Math.max(4, Math.min(py + 12, height - tip.offsetHeight - 4))}px`;
  });
  const up = event => {
    pointers.delete(event.pointerId);
    if (drag && !drag.moved && !drag.overview && event.type === "pointerup") {
      const thing = under(...place(event));
      if (thing?.what === "column") { if (thing.c !== undefined) widen(thing.c); } else choose(thing);
    }
    drag = null;
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
  canvas.addEventListener("dblclick", event => { const thing = under(...place(event)); if (thing) lookClosely(thing.entry); });

  const help = () => { $("keys").hidden = !$("keys").hidden; $("help").setAttribute("aria-expanded", String(!$("keys").hidden)); };
  const keys = {
    ArrowUp: () => { view.from -= view.span * 0.12; show(); },
    ArrowDown: () => { view.from += view.span * 0.12; show(); },
    PageUp: () => { view.from -= view.span * 0.9; show(); },
    PageDown: () => { view.from += view.span * 0.9; show(); },
    Home: () => { view.from = data.begin; show(); },
    End: () => { view.from = data.end - view.span * 0.9; show(); },
    "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2),
    0: () => setSpan(0), 1: () => setSpan(60), 2: () => setSpan(10), 3: () => setSpan(1),
    f: () => jump("fault", 1), F: () => jump("fault", -1),
    t: () => jump("takeover", 1), T: () => jump("takeover", -1),
    d: () => jump("doubt", 1), D: () => jump("doubt", -1),
    ".": () => nextArrow(1), ",": () => nextArrow(-1),
    Enter: () => lookClosely(chosenEntry()),
    w: () => {
      const entry = chosenEntry(), { what, i } = view.chosen ?? {};
      if (entry >= 0) widen(entries.column[entry]);
      else if (!words.entry && what === "mark") widen(data.marks[i][2]);
      else if (!words.entry && what === "arrow") widen(columns[arrows.from[i]].kind === "machine" ? arrows.to[i] : arrows.from[i]);
    },
    Escape: () => { columns.forEach(c => { c.width = 1; }); groups.forEach(g => { g.width = 1; }); $("keys").hidden = true; layout(); choose(null); },
    "/": () => $("find").focus(), "?": help,
  };
  addEventListener("keydown", event => {
    if (event.target === $("find")) {
      if (event.key === "Enter") findNext(event.target.value);
      if (event.key === "Escape") canvas.focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("button, summary") && (event.key === "Enter" || event.key === " ")) return;
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  $("bar").addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button) return;
    const { jump: what, way, span: seconds, zoom: factor } = button.dataset;
    if (what) jump(what, +way);
    else if (seconds) setSpan(+seconds);
    else if (factor) zoom(+factor);
    else help();
  });
  for (const button of document.querySelectorAll("[data-jump]"))
    button.disabled = !data.marks.some(mark => classes[mark[0]][1] === button.dataset.jump);

  // --- begin ---

  const first = data.takeovers[0];
  if (first) {
    view.span = Math.min(Math.max(view.span, ((first.first ?? first.decided) - first.fault) * 1.6), runs);
    view.from = first.fault - view.span * 0.22;
  }
  const fromAddress = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    const number = name => asked.has(name) && Number.isFinite(+asked.get(name)) ? +asked.get(name) : null;
    if (number("span") > 0) view.span = number("span") * 1e6;
    if (number("from") !== null) view.from = number("from") * 1e6;
    const entry = number("entry");
    if (entry !== null && entry >= 0 && entry < entries.t.length) choose({ what: "entry", i: entry, entry });
  };
  readColours(); layout(); choose(null); fromAddress(); clamp(); draw();
  new ResizeObserver(() => { layout(); show(); }).observe(canvas);
  addEventListener("hashchange", () => { fromAddress(); show(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); show(); });
  // For those who measure.
  window.diagram = { view, draw, tell, under, look, lookClosely, choose, jump, setSpan, frames: () => shownCount, ms: () => drawMs, entries, arrows, marks: data.marks, bands: data.bands };
})();
