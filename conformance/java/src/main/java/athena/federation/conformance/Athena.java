package athena.federation.conformance;

import com.amazonaws.athena.connector.lambda.data.Block;
import com.amazonaws.athena.connector.lambda.data.BlockAllocator;
import com.amazonaws.athena.connector.lambda.data.BlockAllocatorImpl;
import com.amazonaws.athena.connector.lambda.data.BlockUtils;
import com.amazonaws.athena.connector.lambda.data.S3BlockSpillReader;
import com.amazonaws.athena.connector.lambda.data.SchemaBuilder;
import com.amazonaws.athena.connector.lambda.domain.Split;
import com.amazonaws.athena.connector.lambda.domain.TableName;
import com.amazonaws.athena.connector.lambda.domain.predicate.Constraints;
import com.amazonaws.athena.connector.lambda.domain.spill.S3SpillLocation;
import com.amazonaws.athena.connector.lambda.domain.spill.SpillLocation;
import com.amazonaws.athena.connector.lambda.metadata.GetDataSourceCapabilitiesRequest;
import com.amazonaws.athena.connector.lambda.metadata.GetDataSourceCapabilitiesResponse;
import com.amazonaws.athena.connector.lambda.metadata.GetSplitsRequest;
import com.amazonaws.athena.connector.lambda.metadata.GetSplitsResponse;
import com.amazonaws.athena.connector.lambda.metadata.GetTableLayoutRequest;
import com.amazonaws.athena.connector.lambda.metadata.GetTableLayoutResponse;
import com.amazonaws.athena.connector.lambda.metadata.GetTableRequest;
import com.amazonaws.athena.connector.lambda.metadata.GetTableResponse;
import com.amazonaws.athena.connector.lambda.metadata.ListSchemasRequest;
import com.amazonaws.athena.connector.lambda.metadata.ListSchemasResponse;
import com.amazonaws.athena.connector.lambda.metadata.ListTablesRequest;
import com.amazonaws.athena.connector.lambda.metadata.ListTablesResponse;
import com.amazonaws.athena.connector.lambda.records.ReadRecordsRequest;
import com.amazonaws.athena.connector.lambda.records.ReadRecordsResponse;
import com.amazonaws.athena.connector.lambda.records.RemoteReadRecordsResponse;
import com.amazonaws.athena.connector.lambda.request.FederationResponse;
import com.amazonaws.athena.connector.lambda.request.PingRequest;
import com.amazonaws.athena.connector.lambda.request.PingResponse;
import com.amazonaws.athena.connector.lambda.security.FederatedIdentity;
import com.amazonaws.athena.connector.lambda.serde.VersionedObjectMapperFactory;
import com.amazonaws.athena.connector.lambda.udf.UserDefinedFunctionRequest;
import com.amazonaws.athena.connector.lambda.udf.UserDefinedFunctionResponse;
import com.amazonaws.athena.connector.lambda.udf.UserDefinedFunctionType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.Types;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.s3.S3Client;

/** Asks a connector behind HTTP what Athena would ask, in Athena's order, with the SDK's writers and readers. */
final class Athena {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String QUERY = "2f5c1d0e-conformance";

    private final BlockAllocator allocator;
    private final JsonNode command;
    private final String catalog;
    private final FederatedIdentity identity;
    private ObjectMapper mapper;

    Athena(JsonNode command, BlockAllocator allocator) {
        this.command = command;
        this.allocator = allocator;
        this.catalog = command.path("catalog").asText("lambda:conformance");
        this.identity = new FederatedIdentity("arn:aws:iam::111122223333:role/analyst", "111122223333", Map.of(), List.of(), Query.strings(command.path("configOptions")));
        this.mapper = VersionedObjectMapperFactory.create(allocator, command.path("version").asInt(6));
    }

    /** A whole query; README.md tells what the command and its answer hold. */
    static JsonNode converse(JsonNode command) throws Exception {
        try (BlockAllocator allocator = new BlockAllocatorImpl()) {
            ObjectNode answer = Main.JSON.createObjectNode();
            try {
                new Athena(command, allocator).query(answer);
            } catch (FunctionFailed failure) {
                answer.set("error", failure.told);
            }
            return answer;
        }
    }

    /** A function call: {"url", "version", "method", "arguments": [[type, cells]..], "returns": type} to {"method", "rows"}. */
    static JsonNode call(JsonNode command) throws Exception {
        try (BlockAllocator allocator = new BlockAllocatorImpl()) {
            ObjectNode answer = Main.JSON.createObjectNode();
            try {
                new Athena(command, allocator).function(answer);
            } catch (FunctionFailed failure) {
                answer.set("error", failure.told);
            }
            return answer;
        }
    }

    private void query(ObjectNode answer) throws Exception {
        agree(answer);
        TableName name = list(answer);
        GetTableResponse table = describe(name);
        answer.set("table", Meaning.schema(table.getSchema()));
        answer.set("partitionColumns", Main.JSON.valueToTree(table.getPartitionColumns()));
        if (answer.get("version").asInt() >= 4) {
            GetDataSourceCapabilitiesResponse known = send(new GetDataSourceCapabilitiesRequest(identity, QUERY, catalog), GetDataSourceCapabilitiesResponse.class);
            answer.set("capabilities", Main.JSON.valueToTree(known.getCapabilities()));
        }
        Constraints constraints = Query.constraints(command.path("constraints"), allocator, table.getSchema());
        answer.set("rows", rows(table, constraints, answer));
    }

    GetTableResponse describe(TableName name) throws Exception {
        Map<String, String> passthrough = Query.strings(command.path("constraints").path("passthrough"));
        return send(new GetTableRequest(identity, QUERY, catalog, name, passthrough), GetTableResponse.class);
    }

    /** The rows that the connector gives for the constraints, out of every split of every partition. */
    ArrayNode rows(GetTableResponse table, Constraints constraints, ObjectNode answer) throws Exception {
        TableName name = table.getTableName();
        GetTableLayoutResponse layout =
                send(new GetTableLayoutRequest(identity, QUERY, catalog, name, constraints, table.getSchema(), table.getPartitionColumns()), GetTableLayoutResponse.class);
        answer.set("partitions", Meaning.rows(layout.getPartitions()));
        answer.set("layout", Meaning.schema(layout.getPartitions().getSchema()));
        Schema projection = projection(table.getSchema());
        ArrayNode rows = Main.JSON.createArrayNode();
        if (layout.getPartitions().getRowCount() > 0) {
            for (Split split : splits(name, layout.getPartitions(), table, constraints, answer)) {
                read(name, projection, split, constraints, answer, rows);
            }
        }
        return rows;
    }

    /** The ping, and the newest version that both sides speak, unless the command forces one. */
    void agree(ObjectNode answer) throws Exception {
        PingResponse pong = send(new PingRequest(identity, catalog, QUERY), PingResponse.class);
        ObjectNode told = answer.putObject("ping");
        told.put("catalogName", pong.getCatalogName()).put("queryId", pong.getQueryId()).put("sourceType", pong.getSourceType());
        told.put("capabilities", pong.getCapabilities()).put("serDeVersion", pong.getSerDeVersion());
        int version = Math.min(command.path("version").asInt(6), pong.getSerDeVersion());
        version = command.path("force").asInt(version);
        mapper = VersionedObjectMapperFactory.create(allocator, version);
        answer.put("version", version);
    }

    /** All schemas, all tables page by page, and the name of the one that the command is about. */
    private TableName list(ObjectNode answer) throws Exception {
        ListSchemasResponse schemas = send(new ListSchemasRequest(identity, QUERY, catalog), ListSchemasResponse.class);
        answer.set("schemas", Main.JSON.valueToTree(schemas.getSchemas()));
        ArrayNode pages = answer.putArray("tables");
        String token = null;
        do {
            String schema = command.path("everySchema").asBoolean() ? null : command.get("schema").asText();
            ListTablesResponse page = send(new ListTablesRequest(identity, QUERY, catalog, schema, token, command.path("pageSize").asInt(-1)), ListTablesResponse.class);
            ArrayNode names = pages.addArray();
            page.getTables().forEach(each -> names.add(each.getSchemaName() + "." + each.getTableName()));
            token = page.getNextToken();
        } while (token != null);
        return new TableName(command.get("schema").asText(), command.get("table").asText());
    }

    Schema projection(Schema schema) {
        if (!command.has("columns")) {
            return schema;
        }
        List<Field> fields = new ArrayList<>();
        command.get("columns").forEach(name -> fields.add(schema.findField(name.asText())));
        return new Schema(fields, schema.getCustomMetadata());
    }

    private List<Split> splits(TableName name, Block partitions, GetTableResponse table, Constraints constraints, ObjectNode answer) throws Exception {
        List<Split> splits = new ArrayList<>();
        ArrayNode pages = answer.putArray("splitPages");
        String token = null;
        do {
            List<String> columns = List.copyOf(new LinkedHashSet<>(table.getPartitionColumns()));
            GetSplitsResponse page = send(new GetSplitsRequest(identity, QUERY, catalog, name, partitions, columns, constraints, token), GetSplitsResponse.class);
            splits.addAll(page.getSplits());
            pages.add(page.getSplits().size());
            token = page.getContinuationToken();
        } while (token != null);
        return splits;
    }

    private void read(TableName name, Schema projection, Split split, Constraints constraints, ObjectNode answer, ArrayNode rows) throws Exception {
        long most = command.path("maxBlockSize").asLong(16_000_000);
        long inline = command.path("maxInlineBlockSize").asLong(5_242_880);
        ReadRecordsRequest request = new ReadRecordsRequest(identity, catalog, QUERY, name, projection, split, constraints, most, inline);
        FederationResponse response = send(request, FederationResponse.class);
        if (response instanceof ReadRecordsResponse records) {
            answer.put("inline", answer.path("inline").asInt() + 1);
            take(records.getRecords(), projection, answer, rows);
            return;
        }
        RemoteReadRecordsResponse remote = (RemoteReadRecordsResponse) response;
        answer.put("sealed", remote.getEncryptionKey() != null);
        ArrayNode keys = answer.withArray("/spilled");
        S3BlockSpillReader reader = new S3BlockSpillReader(Aws.s3(command.get("s3").asText()), allocator);
        for (SpillLocation location : remote.getRemoteBlocks()) {
            S3SpillLocation object = (S3SpillLocation) location;
            Block block = reader.read(object, remote.getEncryptionKey(), remote.getSchema());
            keys.addObject().put("bucket", object.getBucket()).put("key", object.getKey()).put("directory", object.isDirectory()).put("size", block.getSize());
            take(block, projection, answer, rows);
        }
    }

    private void take(Block block, Schema projection, ObjectNode answer, ArrayNode rows) {
        if (!block.getSchema().getFields().equals(projection.getFields())) {
            answer.putArray("wrongSchema").add(Meaning.schema(block.getSchema())).add(Meaning.schema(projection));
        }
        rows.addAll(Meaning.rows(block));
    }

    private void function(ObjectNode answer) throws Exception {
        SchemaBuilder arguments = SchemaBuilder.newBuilder();
        List<List<Object>> columns = new ArrayList<>();
        for (JsonNode argument : command.get("arguments")) {
            ArrowType type = type(argument.get(0));
            arguments.addField(String.valueOf(columns.size()), type);
            columns.add(Values.all(type, argument.get(1)));
        }
        Block block = allocator.createBlock(arguments.build());
        for (int column = 0; column < columns.size(); column++) {
            for (int row = 0; row < columns.get(column).size(); row++) {
                BlockUtils.setValue(block.getFieldVector(String.valueOf(column)), row, columns.get(column).get(row));
            }
        }
        block.setRowCount(columns.get(0).size());
        Schema result = SchemaBuilder.newBuilder().addField("result", type(command.get("returns"))).build();
        UserDefinedFunctionResponse response =
                send(new UserDefinedFunctionRequest(identity, block, result, command.get("method").asText(), UserDefinedFunctionType.SCALAR), UserDefinedFunctionResponse.class);
        answer.put("method", response.getMethodName());
        answer.set("schema", Meaning.schema(response.getRecords().getSchema()));
        answer.set("rows", Meaning.rows(response.getRecords()));
    }

    /** A plain type by the SDK's name for it, such as VARCHAR, or DECIMAL(12,2). */
    private static ArrowType type(JsonNode name) {
        String text = name.asText();
        if (text.startsWith("DECIMAL")) {
            String[] sizes = text.substring(8, text.length() - 1).split(",");
            return new ArrowType.Decimal(Integer.parseInt(sizes[0]), Integer.parseInt(sizes[1]), 128);
        }
        return Types.MinorType.valueOf(text).getType();
    }

    private <T extends FederationResponse> T send(Object request, Class<T> expected) throws Exception {
        HttpRequest post =
                HttpRequest.newBuilder(URI.create(command.get("url").asText()))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(mapper.writeValueAsBytes(request)))
                        .build();
        HttpResponse<byte[]> response = HTTP.send(post, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200 || response.headers().firstValue("X-Amz-Function-Error").isPresent()) {
            throw new FunctionFailed(request.getClass().getSimpleName(), response.body(), mapper);
        }
        return expected.cast(mapper.readValue(response.body(), FederationResponse.class));
    }

    /** The function has failed; its error as the SDK's reader understands it. */
    static final class FunctionFailed extends Exception {
        private final transient ObjectNode told = Main.JSON.createObjectNode();

        FunctionFailed(String request, byte[] body, ObjectMapper mapper) throws IOException {
            super(request);
            told.put("request", request);
            told.set("body", Main.JSON.readTree(body));
            LambdaException error = mapper.readValue(body, LambdaException.class);
            told.put("message", error.getMessage());
        }
    }
}
