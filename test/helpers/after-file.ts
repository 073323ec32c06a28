import { afterAll } from 'vitest'
import { removeFolders } from './temp-folder.js'

afterAll(removeFolders)
