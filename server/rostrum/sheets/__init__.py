"""Lists that people send and are sent: CSV and XLSX, read with limits, written so that no cell is a formula."""
