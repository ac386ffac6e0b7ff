/** When a step of a run is made, and whether there is time for more of it. */
export type Moment = { now: Date; mayGoOn: () => boolean };

/** What a step answers. `moved`: look again at once. Otherwise after so many seconds. */
export type Advance = "moved" | { againIn: number };
