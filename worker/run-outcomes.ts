/** Here the rooms tell what the success of a run means to them: one import a room, for its `registerRunOutcome`. */
export {};
