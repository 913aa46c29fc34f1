"""The record: bytes to text, text to facts and to words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from mmdesk.case import Fact, Flag
from mmdesk.errors import InputProblem
from mmdesk.media import assertions
from mmdesk.media.mentions import NAME, UNLIKE, Lexicon, Mention, Word
from mmdesk.media.person import PersonReader
from mmdesk.media.quantities import NumberReader, Stated
from mmdesk.vocabulary import Term, Vocabulary
