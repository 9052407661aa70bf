// The figure of one frame on a canvas: skeleton, line of the back, angles. As in posecheck/outputs/overlay.py.
const rgb = (colour) => `rgb(${colour.join(',')})`;

/** Colour of the back: teal, amber at the limit; red, well beyond it, only while the rule warns. */
function backColour(palette, spine, limit, warned) {
  if (spine === null) return rgb(palette.grey);
  const stops = [[0.55, palette.teal], [1.0, palette.amber], [1.35, palette.red]];
  const share = Math[warned ? 'max' : 'min'](spine / (limit || palette.usual_limit), 1);
  for (let k = 0; k < stops.length; k++) {
    if (share <= stops[k][0]) {
      if (k === 0) return rgb(stops[0][1]);
      const [from, a] = stops[k - 1], [to, b] = stops[k], part = (share - from) / (to - from);
      return rgb(a.map((value, c) => Math.round(value + (b[c] - value) * part)));
    }
  }
  return rgb(palette.red);
}

/** Draw frame i of `track` over the whole canvas; `shown` says which parts, `names` the measures of track.values. */
function drawFigure(canvas, track, i, {palette, shown, names, limits, ground}) {
  const [width, height] = track.size, wide = canvas.clientWidth, tall = canvas.clientHeight;
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(tall * ratio)) {
    canvas.width = Math.round(wide * ratio);
    canvas.height = Math.round(tall * ratio);
  }
  const pen = canvas.getContext('2d');
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (!width || !wide || i < 0) return;
  if (ground) {
    pen.fillStyle = rgb(palette.ink);
    pen.fillRect(0, 0, canvas.width, canvas.height);
  }
  const scale = Math.min(canvas.width / width, canvas.height / height);
  const unit = Math.min(width, height) / 360;
  pen.setTransform(scale, 0, 0, scale, (canvas.width - width * scale) / 2, (canvas.height - height * scale) / 2);
  pen.lineCap = pen.lineJoin = 'round';
  const near = track.near[i] < 0 ? 'left' : track.near[i] > 0 ? 'right' : '';
  const line = (points, colour, thick, dash = []) => {
    pen.beginPath();
    points.forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.setLineDash(dash);
    pen.strokeStyle = colour;
    pen.lineWidth = thick * unit;
    pen.stroke();
    pen.setLineDash([]);
  };
  const haloed = (points, colour, thick, dash) => {
    line(points, rgb(palette.ink), thick + 2.2, dash);
    line(points, colour, thick, dash);
  };
  const word = (text, [x, y], colour, size) => {
    pen.font = `650 ${size * unit}px system-ui, sans-serif`;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.lineWidth = 3.4 * unit;
    pen.strokeStyle = rgb(palette.ink);
    pen.strokeText(text, x, y);
    pen.fillStyle = colour;
    pen.fillText(text, x, y);
  };
  const value = (name) => (names.includes(name) ? track.values[names.indexOf(name)][i] : null);
  const joint = (name) => track.point(i, track.joints.indexOf(name));
  const between = (name) => {
    const [a, b] = ['left_', 'right_'].map((side) => joint(side + name));
    return a && b && [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  };
  const head = joint('head'), neck = between('shoulder'), seat = between('hip');
  if (ground && shown.skeleton && head && neck && seat) {  // without a picture the figure gets a head
    const radius = track.head * Math.hypot(neck[0] - seat[0], neck[1] - seat[1]);
    const apart = Math.hypot(head[0] - neck[0], head[1] - neck[1]);
    haloed(Array.from({length: 49}, (_, k) => [head[0] + radius * Math.cos(k * Math.PI / 24), head[1] + radius * Math.sin(k * Math.PI / 24)]), rgb(palette.mist), 2.0);
    if (apart > radius) {
      haloed([neck, [0, 1].map((c) => head[c] + ((neck[c] - head[c]) * radius) / apart)], rgb(palette.mist), 2.0);
    }
  }
  if (shown.skeleton) {
    const bones = track.bones.map(([a, b]) => ({
      ends: [track.point(i, a), track.point(i, b)],
      near: near && [a, b].every((joint) => track.joints[joint].startsWith(near)),
    })).filter((bone) => bone.ends.every(Boolean));
    pen.globalAlpha = 0.5;
    for (const bone of bones) if (!bone.near) haloed(bone.ends, rgb(palette.mist), 2.0);
    pen.globalAlpha = 1;
    for (const bone of bones) if (bone.near) haloed(bone.ends, rgb(palette.paper), 2.6);
    for (const bone of bones) {
      if (!bone.near) continue;
      for (const [x, y] of bone.ends) {
        pen.beginPath();
        pen.arc(x, y, 3.1 * unit, 0, 7);
        pen.fillStyle = rgb(palette.paper);
        pen.fill();
        pen.lineWidth = unit;
        pen.strokeStyle = rgb(palette.ink);
        pen.stroke();
      }
    }
  }
  if (shown.angles && near) {
    for (const [name, above, at, below, side] of [
      ['hip_hinge_deg', 'knee', 'hip', 'shoulder', 1], ['knee_flexion_deg', 'hip', 'knee', 'ankle', -1]]) {
      const degrees = value(name);
      const [a, v, b] = [above, at, below].map((joint) => track.point(i, track.joints.indexOf(`${near}_${joint}`)));
      if (degrees === null || !a || !v || !b) continue;
      const from = Math.atan2(v[1] - a[1], v[0] - a[0]), to = Math.atan2(b[1] - v[1], b[0] - v[0]);
      const sweep = Math.atan2(Math.sin(to - from), Math.cos(to - from));
      const radius = Math.min(30 * unit, 0.4 * Math.hypot(a[0] - v[0], a[1] - v[1]), 0.4 * Math.hypot(b[0] - v[0], b[1] - v[1]));
      const colour = limits[name] !== undefined && degrees > limits[name] ? rgb(palette.amber) : rgb(palette.paper);
      if (degrees >= 8) {
        pen.beginPath();
        pen.moveTo(v[0], v[1]);
        pen.arc(v[0], v[1], radius, from, from + sweep, sweep < 0);
        pen.closePath();
        pen.globalAlpha = 0.28;
        pen.fillStyle = colour;
        pen.fill();
        pen.globalAlpha = 1;
        pen.beginPath();
        pen.arc(v[0], v[1], radius, from, from + sweep, sweep < 0);
        pen.lineWidth = 1.7 * unit;
        pen.strokeStyle = colour;
        pen.stroke();
      }
      const facing = (track.facing[i] || 1) * side;
      const aim = [(Math.cos(to) - Math.cos(from)) * side - 0.35 * Math.sin(from) * facing,
        (Math.sin(to) - Math.sin(from)) * side + 0.35 * Math.cos(from) * facing];
      const length = Math.hypot(...aim) || 1;
      word(`${Math.round(degrees)}°`, [v[0] + (aim[0] / length) * 26 * unit, v[1] + (aim[1] / length) * 26 * unit], colour, 13);
    }
  }
  if (shown.back) {
    const spine = value('spine_flexion_deg'), known = spine !== null && track.verdict[i] !== 2;
    const colour = known ? backColour(palette, spine, limits.spine_flexion_deg, track.warned[i]) : rgb(palette.grey);
    const pieces = track.outline(i);
    for (const piece of pieces) haloed(piece, colour, known ? 4.6 : 3.2, known ? [] : [7 * unit, 9 * unit]);
    if (known && pieces.length && shown.angles) {
      const points = pieces.flat(), middle = points[Math.floor(points.length * 0.55)];
      const [first, last] = [points[0], points[points.length - 1]];
      const length = Math.hypot(last[0] - first[0], last[1] - first[1]) || 1, side = track.facing[i] || 1;
      const out = [((last[1] - first[1]) / length) * side, (-(last[0] - first[0]) / length) * side];
      word(`${Math.round(spine)}°`, [middle[0] + out[0] * 24 * unit, middle[1] + out[1] * 24 * unit], colour, 16);
    }
  }
}
