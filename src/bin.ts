#!/usr/bin/env node
import { launch } from './cli/launch.js'

await launch(new URL('../', import.meta.url))
