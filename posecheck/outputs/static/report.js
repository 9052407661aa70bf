// The report: clip, figure, plots and tables, all at one time.
(async () => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const stage = document.querySelector('.stage');
  if (!stage) return;
  if (typeof DecompressionStream === 'undefined') {
    document.getElementById('no-figure').hidden = false;
    return;
  }
  const track = await readTrack(data.track);
  const canvas = stage.querySelector('canvas'), video = stage.querySelector('video');
  const find = (id) => document.getElementById(id);
  const parts = [...document.querySelectorAll('[data-part]')];
  let index = 0, clock = null;
  let bare = !video;  // no picture: the figure stands on a ground of its own

  const figure = () => drawFigure(canvas, track, index, {
    palette: data.palette, names: data.names, limits: data.limits, ground: bare,
    shown: Object.fromEntries(parts.map((box) => [box.dataset.part, box.checked])),
  });
  const plots = makePlots(find('plots'), track.t, data.spans, data.series.map((one) => ({
    ...one,
    limits: one.limit === null ? [] : [{value: one.limit, text: one.limitText, stroke: '--warn'}],
    lines: [{values: track.values[data.names.indexOf(one.name)], stroke: '--value', label: one.label}],
  })), (t) => clock.go(t));

  function show(t) {
    index = track.at(t);
    stage.dataset.frame = index;
    figure();
    plots.show(t);
    const slider = find('seek');
    if (document.activeElement !== slider || clock.playing) slider.value = t;
    slider.setAttribute('aria-valuetext', `${t.toFixed(1)} s`);
    find('now').value = `${track.t[index].toFixed(2)} s`;
    const verdict = track.verdict[index];
    const word = find('verdict');
    word.className = ['good', 'warn', 'unknown'][verdict];
    word.textContent = data.verdicts[verdict];
    find('reason').textContent = data.reasons[track.reason[index]] || '';
    for (const cell of document.querySelectorAll('[data-value]')) {
      const value = track.values[data.names.indexOf(cell.dataset.value)][index];
      cell.textContent = value === null ? '–' : cell.dataset.unit === '°' ? `${Math.round(value)}°` : value.toFixed(2);
    }
  }
  const changed = () => {
    const button = find('play');
    button.textContent = clock.playing ? '❚❚' : '▶';
    button.setAttribute('aria-label', clock.playing ? data.words.pause : data.words.play);
  };
  const alone = () => {
    bare = true;
    stage.classList.add('bare');
    clock = freeClock(track, show, changed);
    show(track.t[index] ?? 0);
    changed();
  };
  if (video) {
    const inside = find('clip');
    if (inside) {
      const text = atob(inside.textContent.trim()), bytes = new Uint8Array(text.length);
      for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
      video.src = URL.createObjectURL(new Blob([bytes], {type: inside.dataset.type}));
    }
    const clip = clipClock(video, data.clip, track, (t) => { if (!bare) show(t); });
    clock = clip;
    for (const name of ['play', 'pause', 'ended']) video.addEventListener(name, changed);
    watchClip(video, (wanted) => {
      find('no-clip').hidden = false;
      video.hidden = true;
      video.pause();
      alone();
      if (wanted) clock.play();
    }, () => {
      clock.pause();
      find('no-clip').hidden = true;
      video.hidden = bare = false;
      stage.classList.remove('bare');
      clock = clip;
      clock.go(track.t[index]);
      changed();
    });
    video.addEventListener('click', () => (clock.playing ? clock.pause() : clock.play()));
    show(track.begin);
  } else {
    alone();
  }
  find('play').addEventListener('click', () => (clock.playing ? clock.pause() : clock.play()));
  for (const [id, step] of [['back-one', -1], ['on-one', 1]]) {
    find(id).addEventListener('click', () => {
      clock.pause();
      clock.go(track.t[Math.min(track.t.length - 1, Math.max(0, index + step))]);
    });
  }
  const slider = find('seek');
  slider.min = track.begin;
  slider.max = track.end;
  slider.addEventListener('input', () => clock.go(+slider.value));
  find('rate').addEventListener('change', (event) => clock.rate(+event.target.value));
  for (const box of parts) box.addEventListener('change', figure);
  find('zoom-in').addEventListener('click', () => plots.zoom(0.5));
  find('zoom-out').addEventListener('click', () => plots.zoom(2));
  find('zoom-whole').addEventListener('click', () => plots.whole());
  document.addEventListener('click', (event) => {
    const row = event.target.closest('[data-t]');
    if (!row) return;
    clock.pause();
    clock.go(+row.dataset.t);
    if (row.closest('table') || row.closest('.moments')) stage.scrollIntoView({block: 'nearest'});
  });
  const folded = [...document.querySelectorAll('details:not([open])')];  // paper cannot be unfolded
  addEventListener('beforeprint', () => { for (const one of folded) one.open = true; });
  addEventListener('afterprint', () => { for (const one of folded) one.open = false; });
  new ResizeObserver(figure).observe(stage);
  show(track.begin);
  document.documentElement.dataset.ready = 'yes';
})();
