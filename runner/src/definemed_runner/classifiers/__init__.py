"""The classifier of medical documents: training, export to ONNX, classifying a corpus."""
