"""Writing: layers in every form we read, each output whole or not at all."""

from __future__ import annotations

from cablenet.files.atomic import whole_file, whole_folder
from cablenet.files.document_schema import layers_schema
from cablenet.files.layer_writer import layers_document, write_layers
from cablenet.files.ofds import OfdsExport, ofds_package, write_ofds
from cablenet.files.publishing import (
           layer_of,
           parquet_of,
           published,
           published_layers,
           read_published,
)
from cablenet.files.results import write_geopackage, write_results

__all__ = ["OfdsExport", "layer_of", "layers_document", "layers_schema", "ofds_package",
           "parquet_of", "published", "published_layers", "read_published", "whole_file",
           "whole_folder", "write_geopackage", "write_layers", "write_ofds", "write_results"]
