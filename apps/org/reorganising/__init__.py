"""Reorganisation: what it does (`change`), who gains and loses sight by it (`sight`), and the preview of both (`plan`)."""
