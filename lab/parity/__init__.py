"""What the real Argo CD makes of documents, as plain values to compare with.

An `Oracle` puts a case into a lab and returns Argo CD's answer; `record` keeps answers
as golden files, one folder per version of Argo CD, so that the same comparison can
be made where no lab runs.
"""

from lab.parity.asking import PARTS, Answer, Oracle
from lab.parity.case import Case, documents_in, templated
from lab.parity.golden import golden_path, read, record

__all__ = [
    "PARTS",
    "Answer",
    "Case",
    "Oracle",
    "documents_in",
    "golden_path",
    "read",
    "record",
    "templated",
]
