// A plot per measure: limit, shaded WARN, hatched UNKNOWN, a playhead. All share one time axis.
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Diagonal lines that say "not known" without colour. */
function hatch(pen) {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 10;
  const ink = tile.getContext('2d');
  ink.strokeStyle = css('--unknown');
  ink.globalAlpha = 0.55;
  ink.lineWidth = 1.6;
  ink.beginPath();
  for (const x of [-10, 0, 10]) { ink.moveTo(x, 10); ink.lineTo(x + 10, 0); }
  ink.stroke();
  return pen.createPattern(tile, 'repeat');
}

/** Make the plots into `host`. `series` are {name, title, label, unit, limits: [{value, text, stroke, end, below}],
 *  lines: [{values, stroke, label}]}; a limit is written over the beginning of its line, or at its `end`, or `below` it.
 *  `go(t)` is called for a click. Gives {show(t), whole(), zoom(factor), redraw()}. */
function makePlots(host, times, spans, series, go) {
  const plots = [];
  let busy = false, last = times[0] ?? 0;
  const zoomTo = (min, max) => {
    busy = true;
    for (const {plot} of plots) plot.setScale('x', {min, max});
    busy = false;
    show(last);
  };
  const shade = (plot) => {
    const pen = plot.ctx, {top, height, left, width} = plot.bbox;
    pen.save();
    pen.beginPath();
    pen.rect(left, top, width, height);
    pen.clip();
    const lines = hatch(pen);
    for (const [from, to, verdict] of spans) {
      if (verdict === 0) continue;
      const a = plot.valToPos(from, 'x', true), b = plot.valToPos(to, 'x', true);
      if (b < left || a > left + width) continue;
      pen.globalAlpha = verdict === 1 ? 0.2 : 0.7;
      pen.fillStyle = verdict === 1 ? css('--warn') : lines;
      pen.fillRect(a, top, Math.max(b - a, 1), height);
    }
    pen.restore();
  };
  const limitLine = (plot, {value, text, stroke, end, below}) => {
    const pen = plot.ctx, {left, width, top, height} = plot.bbox, y = plot.valToPos(value, 'y', true);
    if (y < top || y > top + height) return;
    const ratio = devicePixelRatio || 1;
    pen.save();
    pen.strokeStyle = pen.fillStyle = css(stroke);
    pen.setLineDash([6 * ratio, 4 * ratio]);
    pen.lineWidth = 1.4 * ratio;
    pen.beginPath();
    pen.moveTo(left, y);
    pen.lineTo(left + width, y);
    pen.stroke();
    pen.font = `${11.5 * ratio}px system-ui, sans-serif`;
    pen.textAlign = end ? 'right' : 'left';
    pen.textBaseline = below ? 'top' : 'bottom';
    pen.fillText(text, end ? left + width - 6 * ratio : left + 6 * ratio, y + (below ? 3 : -2) * ratio);
    pen.restore();
  };
  const axis = (more) => ({
    stroke: () => css('--soft'), font: '12px system-ui, sans-serif',
    grid: {stroke: () => css('--line'), width: 1}, ticks: {show: false}, ...more,
  });
  for (const one of series) {
    const box = host.querySelector(`[data-plot="${one.name}"]`);
    const values = one.lines.flatMap((line) => line.values).filter((value) => value !== null);
    let low = Math.min(...one.limits.map((limit) => limit.value)), high = Math.max(...one.limits.map((limit) => limit.value));
    for (const value of values) { if (value < low) low = value; if (value > high) high = value; }
    const pad = Math.max((high - low) * 0.12, one.unit === '°' ? 2 : 0.05);
    const options = {
      width: Math.max(box.clientWidth, 100), height: one.tall ? 190 : 140,
      scales: {x: {time: false}, y: {range: [low - pad, high + pad]}},
      cursor: {sync: {key: 'posecheck'}, drag: {x: true, y: false, dist: 6}, points: {size: 7}, focus: {prox: -1}},
      legend: {show: false},
      axes: [axis({size: 30, values: (_, ticks) => ticks.map((tick) => `${+tick.toFixed(2)} s`)}),
        axis({size: 46, values: (_, ticks) => ticks.map((tick) => `${+tick.toFixed(2)}${one.unit}`)})],
      series: [{}, ...one.lines.map((line) => ({
        label: line.label, stroke: () => css(line.stroke), width: 2, points: {show: false}, spanGaps: false,
      }))],
      hooks: {
        drawClear: [shade],
        draw: [(plot) => { for (const limit of one.limits) limitLine(plot, limit); }],
        setScale: [(plot, key) => {
          if (key === 'x' && !busy && plots.length === series.length) zoomTo(plot.scales.x.min, plot.scales.x.max);
        }],
        setCursor: [(plot) => {
          const i = plot.cursor.idx, out = box.parentElement.querySelector('output');
          if (plot.cursor.event) out.value = i === null || i === undefined ? '' : reading(one, i);
        }],
      },
    };
    const plot = new uPlot(options, [times, ...one.lines.map((line) => line.values)], box);
    const head = document.createElement('div');
    head.className = 'playhead';
    plot.over.append(head);
    let down = 0;
    plot.over.addEventListener('mousedown', (event) => { down = event.clientX; });
    plot.over.addEventListener('click', (event) => {
      if (Math.abs(event.clientX - down) < 6) go(plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, 'x'));
    });
    plots.push({plot, head, box});
  }
  function reading(one, i) {
    const told = one.lines.map((line) => {
      let near = i;  // two clips on one clock: the nearest frame of each
      while (near > 0 && line.values[near] === undefined) near--;
      const value = line.values[near];
      const text = value === null || value === undefined ? '–' : `${one.unit === '°' ? value.toFixed(0) : value.toFixed(2)}${one.unit}`;
      return one.lines.length > 1 ? `${line.label} ${text}` : text;
    });
    return `${times[i].toFixed(2)} s: ${told.join(' · ')}`;
  }
  function show(t) {
    last = t;
    for (const {plot, head} of plots) {
      const x = plot.valToPos(t, 'x');
      head.style.transform = `translateX(${x}px)`;
      head.hidden = !(x >= -1 && x <= plot.over.clientWidth + 1);
    }
  }
  const redraw = () => { for (const {plot} of plots) plot.redraw(false, true); show(last); };
  const fit = () => {
    for (const {plot, box} of plots) plot.setSize({width: Math.max(box.clientWidth, 100), height: plot.height});
    show(last);
  };
  new ResizeObserver(fit).observe(host);
  for (const query of ['(prefers-color-scheme: dark)', 'print']) matchMedia(query).addEventListener('change', () => { fit(); redraw(); });
  addEventListener('beforeprint', () => { fit(); redraw(); });
  return {
    show, redraw,
    whole() { zoomTo(times[0], times[times.length - 1]); },
    zoom(factor) {
      if (!plots.length) return;
      const {min, max} = plots[0].plot.scales.x, begin = times[0], end = times[times.length - 1];
      const half = Math.min(((max - min) * factor) / 2, (end - begin) / 2);
      const middle = Math.min(Math.max(last, begin + half), end - half);
      zoomTo(middle - half, middle + half);
    },
  };
}
