import common from "./common.json";
import frame from "./frame.json";
import auth from "./auth.json";
import studies from "./studies.json";
import people from "./people.json";
import settings from "./settings.json";
import corpora from "./corpora.json";
import samples from "./samples.json";
import labelling from "./labelling.json";
import validation from "./validation.json";
import quality from "./quality.json";
import classifiers from "./classifiers.json";
import runs from "./runs.json";
import checkpoints from "./checkpoints.json";
import merge from "./merge.json";
import evaluations from "./evaluations.json";
import answers from "./answers.json";
import judging from "./judging.json";
import leaderboard from "./leaderboard.json";
import errors from "./errors.json";
import home from "./home.json";

export default {
  common,
  frame,
  auth,
  studies,
  people,
  settings,
  corpora,
  samples,
  labelling,
  validation,
  quality,
  classifiers,
  runs,
  checkpoints,
  merge,
  evaluations,
  answers,
  judging,
  leaderboard,
  errors,
  home,
};
