// Two recordings on a common clock: second 0 is the same moment of both.
(async () => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const find = (id) => document.getElementById(id);
  const sides = await Promise.all(data.sides.map(async (side, k) => {
    const stage = document.querySelectorAll('.stage')[k];
    return {...side, track: await readTrack(side.track), stage, video: stage.querySelector('video'), index: 0};
  }));
  const draw = (side) => drawFigure(side.stage.querySelector('canvas'), side.track, side.index, {
    palette: data.palette, names: data.names, limits: side.limits, ground: !side.video,
    shown: {skeleton: true, back: true, angles: true},
  });
  const place = (side, t) => {
    side.index = side.track.at(t);
    side.stage.dataset.frame = side.index;
    draw(side);
  };
  for (const side of sides) {
    if (!side.video) continue;
    side.clock = clipClock(side.video, side.clip, side.track, (t) => place(side, t));
    const gone = () => { side.video?.remove(); side.video = null; side.clock = null; place(side, side.track.begin); };
    side.video.addEventListener('error', gone);
    if (side.video.error) gone();
  }
  const begin = Math.min(...sides.map((side) => side.track.begin - side.zero));
  const end = Math.max(...sides.map((side) => side.track.end - side.zero));
  const shifted = sides.map((side) => side.track.t.map((t) => t - side.zero));
  const joined = uPlot.join(sides.map((side, k) => [shifted[k], ...side.track.values]),
    sides.map((side) => [0, ...side.track.values.map(() => 2)]));
  const count = data.names.length;
  let clock = null;
  const plots = makePlots(find('plots'), joined[0], [], data.series.map((one, c) => ({
    ...one,
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
        if (side.video.paused) side.video.play();
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
