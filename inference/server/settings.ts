import type {
  LogSettingsRequest,
  LogSettingsResponse,
  LogSettingsResponse_SettingValue,
  TraceSettingRequest,
  TraceSettingResponse,
} from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { Logger } from "../../runtime/log.ts";

type LogValue = NonNullable<LogSettingsResponse_SettingValue["parameterChoice"]>;

const TYPE_NAMES = { boolParam: "boolean", uint32Param: "unsigned integer", stringParam: "string" } as const;

/** Settings that can be asked for and, where they mean something here, changed while the server runs. */
export interface ServerSettings {
  /** Sets what is given and tells all. INVALID_ARGUMENT for a value of another type or an unknown format; an unknown name is ignored. */
  log(request: LogSettingsRequest): LogSettingsResponse;
  /** Triton's defaults: there is no tracer, so the level stays off. INVALID_ARGUMENT for an unknown model. */
  trace(request: TraceSettingRequest, isKnown: (model: string) => boolean): TraceSettingResponse;
  /** The logger under these settings. */
  readonly logger: Logger;
}

export function createSettings(log: Logger): ServerSettings {
  const values = new Map<string, LogValue>([
    ["log_file", { $case: "stringParam", stringParam: "" }],
    ["log_info", { $case: "boolParam", boolParam: true }],
    ["log_warning", { $case: "boolParam", boolParam: true }],
    ["log_error", { $case: "boolParam", boolParam: true }],
    ["log_verbose_level", { $case: "uint32Param", uint32Param: 0 }],
    ["log_format", { $case: "stringParam", stringParam: "default" }],
  ]);
  return {
    logger: gated(log, (name) => {
      const value = values.get(name);
      return value?.$case === "boolParam" && value.boolParam;
    }),
    log: ({ settings }) => {
      const checked = Object.entries(settings).flatMap(([name, { parameterChoice }]) => {
        const old = values.get(name);
        return old === undefined || parameterChoice === undefined ? [] : [[name, checkValue(name, old, parameterChoice)] as const];
      });
      for (const [name, value] of checked) values.set(name, value);
      return { settings: Object.fromEntries(Array.from(values, ([name, parameterChoice]) => [name, { parameterChoice }])) };
    },
    trace: ({ modelName }, isKnown) => {
      if (modelName !== "" && !isKnown(modelName))
        throw new PayerHubError("INVALID_ARGUMENT", `reading the trace settings of model "${modelName}": it is not loaded, it must be`);
      return { settings: TRACE };
    },
  };
}

function checkValue(name: string, old: LogValue, given: LogValue): LogValue {
  if (given.$case !== old.$case)
    throw new PayerHubError("INVALID_ARGUMENT", `setting "${name}": it is given as another type, it must be a ${TYPE_NAMES[old.$case]}`);
  const wrongFormat = name === "log_format" && given.$case === "stringParam" && !["default", "ISO8601"].includes(given.stringParam);
  if (wrongFormat)
    throw new PayerHubError("INVALID_ARGUMENT", `setting "${name}": the format is not known, it must be "default" or "ISO8601"`);
  return given;
}

const TRACE: TraceSettingResponse["settings"] = {
  log_frequency: { value: ["0"] },
  trace_count: { value: ["-1"] },
  trace_file: { value: [""] },
  trace_level: { value: ["OFF"] },
  trace_mode: { value: ["triton"] },
  trace_rate: { value: ["1000"] },
};

function gated(log: Logger, isOn: (name: string) => boolean): Logger {
  return {
    debug: (event, fields) => log.debug(event, fields),
    info: (event, fields) => void (isOn("log_info") && log.info(event, fields)),
    warn: (event, fields) => void (isOn("log_warning") && log.warn(event, fields)),
    error: (event, fields) => void (isOn("log_error") && log.error(event, fields)),
    with: (fields) => gated(log.with(fields), isOn),
  };
}
