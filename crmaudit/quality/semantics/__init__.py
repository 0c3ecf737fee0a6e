"""What columns mean: by their names, and by what stands in them.

Pure: `understand` is given names and a sample of values, and reads nothing
else. The collector `crmaudit.quality.collectors.recognise` takes the samples.
"""

from crmaudit.quality.semantics.seen import Sample, SeenColumn, SeenTable
from crmaudit.quality.semantics.understand import understand

__all__ = ["Sample", "SeenColumn", "SeenTable", "understand"]
