"""What the configuration file, the environment and the flags say, and where each setting came from."""

from __future__ import annotations

from ztdsl.config.failure import ConfigurationFailure
from ztdsl.config.read import read_configuration
from ztdsl.config.settings import Configuration, settings_table

__all__ = ["Configuration", "ConfigurationFailure", "read_configuration", "settings_table"]
