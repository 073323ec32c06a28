#!/usr/bin/env node
import { launch } from './cli/start/launch.js'

await launch(new URL('../', import.meta.url))
