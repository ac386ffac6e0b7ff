import annotations from "./annotations.json";
import answers from "./answers.json";
import audit from "./audit.json";
import auth from "./auth.json";
import checkpoints from "./checkpoints.json";
import classifiers from "./classifiers.json";
import common from "./common.json";
import corpora from "./corpora.json";
import errors from "./errors.json";
import evaluations from "./evaluations.json";
import exports from "./export.json";
import frame from "./frame.json";
import home from "./home.json";
import judging from "./judging.json";
import labelling from "./labelling.json";
import leaderboard from "./leaderboard.json";
import merge from "./merge.json";
import methods from "./methods.json";
import people from "./people.json";
import quality from "./quality.json";
import runs from "./runs.json";
import samples from "./samples.json";
import sets from "./sets.json";
import settings from "./settings.json";
import studies from "./studies.json";
import validation from "./validation.json";

export default {
  common,
  frame,
  auth,
  audit,
  studies,
  people,
  sets,
  settings,
  corpora,
  samples,
  labelling,
  validation,
  quality,
  export: exports,
  annotations,
  classifiers,
  runs,
  checkpoints,
  merge,
  evaluations,
  answers,
  judging,
  leaderboard,
  methods,
  errors,
  home,
};
