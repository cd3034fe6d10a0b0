declare module "*/vendor/datatables.net/js/dataTables.min.mjs" {
  import DataTable from "datatables.net";
  export default DataTable;
}

declare module "*/vendor/@leeoniya/ufuzzy/dist/uFuzzy.mjs" {
  import uFuzzy from "@leeoniya/ufuzzy";
  export default uFuzzy;
}

declare module "*/vendor/lightweight-charts/dist/lightweight-charts.standalone.production.mjs" {
  export * from "lightweight-charts";
}
