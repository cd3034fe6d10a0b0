declare module "*/vendor/datatables.net/js/dataTables.min.mjs" {
  import DataTable from "datatables.net";
  export default DataTable;
}
