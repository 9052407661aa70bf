// What the label page knows at the moment: the clips, who rates, the clip that is open and what is chosen on it.

import { Steps } from "./marks.js";

/** An element of the page by its id. */
export const $ = (id) => document.getElementById(id);

/** One for the whole page. `clock` says where in the clip we are, `drawn` holds its curves; both are null without a clip. */
export const state = {
  clips: [], rater: "", id: 0, sheet: null, rule: null, person: "", steps: new Steps([]), revision: "",
  chosen: null, range: null, begun: null, others: false, angles: true, dragging: null, agreement: [], all: null, view: null,
  clock: null, drawn: null,
};

/** What the rater says of the rule and the person that are chosen. */
export const mine = () => state.steps.now.filter((mark) => mark.rule === state.rule?.id && mark.person === state.person);
