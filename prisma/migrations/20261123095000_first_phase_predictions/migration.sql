-- Predictions of a second phase are now counted on all documents of the first: without these rows the worker counts again.
delete from "TalliedLabelling" tallied using "Round" round, "Draw" draw
where round."id" = tallied."roundId" and draw."id" = round."drawId" and draw."parentDrawId" is not null;
