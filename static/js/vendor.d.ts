declare module "*/vendor/datatables.net/js/dataTables.min.mjs" {
  import DataTable from "datatables.net";
  export default DataTable;
}

declare module "*/vendor/@leeoniya/ufuzzy/dist/uFuzzy.mjs" {
  import uFuzzy from "@leeoniya/ufuzzy";
  export default uFuzzy;
}
