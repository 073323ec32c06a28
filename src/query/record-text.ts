export { RecordReader } from '../store/record-reader.js'
