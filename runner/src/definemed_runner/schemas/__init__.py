"""JSON Schemas of the specs, generated from lib/compute/specs; not edited by hand."""
