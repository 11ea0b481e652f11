"""Bills of materials: CycloneDX ML-BOM and SPDX AI profile."""
