"""Briefing and workbook of a scenario whose loans compete with grants: one run of the county sample, its slow questions left out."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from silvafisc.briefing import build, render_html
