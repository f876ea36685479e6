"""Columns that several tables share, and their values."""

from bandmap.vocabulary.recording import SleepStage
from bandmap.vocabulary.tables.schema import Column

SEIZURE = "sz"
"""The class for seizures; for sleep, the class is the stage."""
INTERICTAL = "interictal"
RIGHT, WRONG = "right", "wrong"
OUTCOMES = ("hit", "miss", "false_alarm", INTERICTAL, RIGHT, WRONG)
TRUE = ("hit", RIGHT)
"""Outcomes with correct predictions, which form the matrix of a subject."""

WHOLE = "whole"
PARTS = ("onset", "middle", "end")
"""Thirds of a seizure, in order."""
HALVES = ("odd", "even")
"""Alternating epochs of a stage; the similarity of their matrices measures reliability."""

ALL = "all"
"""The region or band of an importance without this axis."""

STAGES = tuple(stage.name for stage in SleepStage)
CLASSES = (SEIZURE, *STAGES)

DATASET = Column("dataset", "text", "name of the data set")
SUBJECT = Column("subject", "text", "name of the subject within the data set")
RECORDING = Column("recording", "text", "name of the recording within the data set")
CLASS = Column("class", "text", "`sz` for seizures and all that is compared with them, or the stage of sleep")
REGION = Column("region", "text", "region of the head, or `all` if regions are not distinguished")
BAND = Column("band", "text", "frequency band, or `all` if bands are not distinguished")
PART = Column("part", "text", "all of it, or a third of the seizure's time", values=(WHOLE, *PARTS))
LOW = Column("low", "float", "lower end of the 95 % interval over subjects; none below six subjects", optional=True)
HIGH = Column("high", "float", "upper end of that interval", optional=True)
VALUES = Column("values", "text", "values of the subjects, where they are too few for an interval", optional=True)
METHOD = Column("method", "text", "interpretation or matrix, as named in the settings")
