"""A raised hand, in a real browser before the real model: somebody goes through a session without touching anything."""

from __future__ import annotations

from typing import Final

import cv2
import pytest
from playwright.sync_api import Browser, expect

from benchmarks.people import Camera, ClipSpec, Motion, Pose, Stance, Studio, framed, go, still
from tests.app.serving import Server
from tests.browser.film import Film, jpeg
from tests.browser.live import opened, stage

pytestmark = pytest.mark.browser

FPS: Final = 10
#: The hands hang, one goes up, stays there, and comes down, over and over. Whoever raises a hand stands still, too, which
#: also ends the set-up; nothing but a hand ends a stretch that is not done.
DOWN_S, MOVE_S, UP_S = 0.8, 0.3, 1.7
#: Every stage that the session went through, in order, and the highest that the ring of a raised hand came.
WATCH: Final = """
window.seen = {stages: [], hand: 0};
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener('message', ({data}) => {
      if (typeof data !== 'string') return;
      const {type, hand, routine} = JSON.parse(data);
      if (type !== 'frame') return;
      window.seen.hand = Math.max(window.seen.hand, hand);
      const now = routine ? `${routine.name}: ${routine.stage}` : 'set-up';
      if (window.seen.stages.at(-1) !== now) window.seen.stages.push(now);
    });
  }
};
"""


def waving() -> Film:
    """Somebody stands side-on and raises the hand nearer the camera."""
    up, down = go(MOVE_S, arms="raised"), go(MOVE_S, arms="hang")
    motion = Motion.of(Pose(), still(DOWN_S), up, still(UP_S), down)
    side_on = Camera(facing="left")
    studio = Studio(framed(ClipSpec(motion, stance=Stance(busy_arm="left"), camera=side_on, sway_deg=0.0)))
    drawn: dict[float, bytes] = {}
    scene = []
    for number in range(round(motion.duration_s * FPS)):
        t_s = number / FPS
        rests = t_s <= DOWN_S or DOWN_S + MOVE_S <= t_s <= DOWN_S + MOVE_S + UP_S
        t_s = (0.0 if t_s <= DOWN_S else DOWN_S + MOVE_S) if rests else t_s
        if t_s not in drawn:
            drawn[t_s] = jpeg(cv2.cvtColor(studio.frame(t_s).image_rgb, cv2.COLOR_RGB2BGR))
        scene.append(drawn[t_s])
    return Film({"waving": scene}, FPS)


def test_the_hand_nearer_the_camera_leads_through_a_whole_session(browser: Browser, server: Server) -> None:
    """Out of the set-up, into the stretch, and past it undone: the keyboard is not touched after Begin."""
    with browser.new_context(permissions=["camera"], reduced_motion="reduce") as context:
        context.add_init_script(waving().script("waving") + WATCH)
        page = opened(context, server)
        page.get_by_role("button", name="Begin").click()
        stage(page, "summary")
        assert page.evaluate("window.seen.hand") > 0.9
        assert page.evaluate("window.seen.stages") == [
            "set-up",
            "Standing forward fold: ready",
            "Standing forward fold: work",
        ]
        fold = page.get_by_role("region", name="Standing forward fold")
        expect(fold).to_contain_text("0 of 30 good seconds")
