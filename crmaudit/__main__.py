"""`python -m crmaudit`."""

import sys

from crmaudit.cli import main

sys.exit(main())
