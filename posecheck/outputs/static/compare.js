// Two recordings on a common clock: second 0 is the same moment of both.
(async () => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const find = (id) => document.getElementById(id);
  const sides = await Promise.all(data.sides.map(async (side, k) => {
    const stage = document.querySelectorAll('.stage')[k];
    return {...side, track: await readTrack(side.track), stage, video: stage.querySelector('video'), index: 0, last: undefined};
  }));
  const draw = (side) => drawFigure(side.stage.querySelector('canvas:not(.still)'), side.track, side.index, {
    palette: data.palette, names: data.names, limits: side.inForce, ground: !side.video,
    shown: {skeleton: true, back: true, angles: true},
  });
  const place = (side, t) => {
    side.index = side.track.at(t);
    side.stage.dataset.frame = side.index;
    draw(side);
  };
  for (const side of sides) {
    if (!side.video) continue;
    const video = side.video, ofClip = clipClock(video, side.clip, side.track, (t) => { if (side.clock) place(side, t); });
    side.clock = ofClip;
    printStill(video);
    watchClip(video, () => {
      video.pause();
      video.hidden = true;
      side.video = side.clock = null;
      place(side, side.track.t[side.index]);
    }, () => {
      video.hidden = false;
      side.video = video;
      side.clock = ofClip;
      side.last = undefined;
      if (clock) show(clock.now);
    });
  }
  const begin = Math.min(...sides.map((side) => side.track.begin - side.zero));
  const end = Math.max(...sides.map((side) => side.track.end - side.zero));
  const shifted = sides.map((side) => side.track.t.map((t) => t - side.zero));
  const joined = uPlot.join(sides.map((side, k) => [shifted[k], ...side.track.values]),
    sides.map((side) => [0, ...side.track.values.map(() => 2)]));
  const count = data.names.length;
  const limitsOf = (c) => {  // one line where both have the same limit, else each its own
    const both = sides.map((side, k) => ({
      value: side.limits[c].value, text: side.limits[c].text, stroke: k ? '--second' : '--value', end: k === 1,
    })).filter((one) => one.value !== null);
    return both.length === 2 && both[0].value === both[1].value ? [{...both[0], stroke: '--warn'}]
      : both.map((one) => ({
        ...one, text: `${data.words.sides[+one.end]}: ${one.text}`, below: both.some((other) => other.value > one.value),
      }));
  };
  let clock = null;
  const plots = makePlots(find('plots'), joined[0], [], data.series.map((one, c) => ({
    ...one,
    limits: limitsOf(c),
    lines: sides.map((side, k) => ({
      values: joined[1 + k * count + c], stroke: k ? '--second' : '--value', label: data.words.sides[k],
    })),
  })), (t) => clock.go(t));

  function show(t) {
    for (const side of sides) {
      const local = Math.min(side.track.end, Math.max(side.track.begin, t + side.zero));
      const within = local === t + side.zero;
      if (!side.clock) { place(side, local); continue; }
      if (clock && clock.playing && within) {
        if (side.video.paused) side.clock.play();
        if (Math.abs(side.video.currentTime - local) > 0.15) side.video.currentTime = local;
      } else {
        side.video.pause();
        if (Math.abs(side.last - local) > 1e-6 || side.last === undefined) side.clock.go(local);
      }
      side.last = local;
    }
    plots.show(t);
    if (document.activeElement !== find('seek') || clock?.playing) find('seek').value = t;
    find('seek').setAttribute('aria-valuetext', `${t.toFixed(1)} s`);
    find('now').value = `${t.toFixed(2)} s`;
  }
  const changed = () => {
    find('play').textContent = clock.playing ? '❚❚' : '▶';
    find('play').setAttribute('aria-label', clock.playing ? data.words.pause : data.words.play);
    if (!clock.playing) for (const side of sides) side.video?.pause();
  };
  clock = freeClock({begin, end}, show, changed);
  find('seek').min = begin;
  find('seek').max = end;
  find('seek').addEventListener('input', (event) => clock.go(+event.target.value));
  find('play').addEventListener('click', () => (clock.playing ? clock.pause() : clock.play()));
  find('rate').addEventListener('change', (event) => {
    clock.rate(+event.target.value);
    for (const side of sides) if (side.video) side.video.playbackRate = +event.target.value;
  });
  find('zoom-in').addEventListener('click', () => plots.zoom(0.5));
  find('zoom-out').addEventListener('click', () => plots.zoom(2));
  find('zoom-whole').addEventListener('click', () => plots.whole());
  for (const side of sides) new ResizeObserver(() => draw(side)).observe(side.stage);
  clock.go(begin);
  document.documentElement.dataset.ready = 'yes';
})();
